// init=: a training that begins with weights of another.
#pragma once

#include "cli/arguments.h"
#include "luge/train/trainer.h"

namespace luge::cli {

/// Puts the weights of the run or file that init= names into the network and says on stderr what it took.
/// Names and shapes must be those of the network, but for the last layer: where the number of outputs is
/// another, it gets new weights. Throws FormatError listing what is missing, extra or of another shape;
/// nothing is changed then.
void take_weights(const Arguments& arguments, train::Trainer& trainer);

}  // namespace luge::cli
