// What a network begins with, and what of it is not trained.
#pragma once

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

/// Gives the network of a prepared trainer the weights that model.init names, as the keys of init say; tells
/// what was taken and what was not. Throws FileError for a file that is not there, SettingError for a pair of
/// names that is not right, and FormatError listing what does not match; nothing changes then.
void take_weights(const Config& config, train::Trainer& trainer, const Tell& tell);

/// Freezes the parameters that train.freeze names, and tells how many are trained. Throws SettingError for a
/// pattern that matches nothing, and when nothing is left to train.
void freeze_parameters(const Config& config, const nn::Module& net, const Tell& tell);

}  // namespace luge::experiment
