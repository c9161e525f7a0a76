// The keys of a training, and the parts of that list that other commands share.
#pragma once

#include <vector>

#include "luge/experiment/config.h"

namespace luge::experiment {

/// Keys that say which network, and how it learns.
std::vector<Key> model_keys();
/// Keys that tell how data for a trained network are read.
std::vector<Key> table_keys();
/// The options of tasks, as task.OPTION.
std::vector<Key> task_keys();
/// The option of tasks that data.normalize sets.
inline constexpr const char* kScaling = "scaling";
/// model_keys and input=.
std::vector<Key> model_and_input_keys();

}  // namespace luge::experiment
