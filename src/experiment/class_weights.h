// Class weights that follow from the data: loss.class_weights=balanced.
#pragma once

#include <string_view>

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/task.h"

namespace luge::experiment {

/// Whether the value of an option is a word for what follows from the training part.
bool follows_from_data(const Key& option, std::string_view value);
/// Replaces the word by numbers: samples / (classes · samples of the class), counted in the training part.
/// Throws SettingError when the data has no classes or the training part lacks one.
void settle_class_weights(Config& config, const Parts& parts, const Tell& tell);

/// Throws SettingError for another number of weights than the task has classes on such data, where that is
/// known.
void check_class_weights(const Config& config, const train::Task& task, const data::Info& info);

}  // namespace luge::experiment
