// init=: a training that begins with weights of another.
#pragma once

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

/// Puts the weights of the run or file that init= names into the network and tells what it took.
/// Names and shapes must be those of the network, but for the last layer: where the number of outputs is
/// another, it gets new weights. Throws FormatError listing what is missing, extra or of another shape;
/// nothing is changed then.
void take_weights(const Config& config, train::Trainer& trainer, const Tell& tell);

}  // namespace luge::experiment
