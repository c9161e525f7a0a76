// The keys that commands share.
#pragma once

#include <vector>

#include "cli/arguments.h"

namespace luge::cli {

/// Keys that say which network, how it learns, and on what.
std::vector<Key> model_keys();
std::vector<Key> training_keys();
/// model_keys and input=.
std::vector<Key> model_and_input_keys();

}  // namespace luge::cli
