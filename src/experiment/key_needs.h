// Keys that would do nothing: listings name what a key needs of others (needs() of option_keys.h), and
// it is checked here.
#pragma once

#include <string_view>

#include "luge/experiment/config.h"

namespace luge::experiment {

/// Whether a person asks for what the key does: a value that is not the default, or any on the command line.
/// Settings of a run and of a file may name defaults.
bool is_asked(const Config& config, const Key& key);
/// Whether what chose `other` is stronger than what gave `key`: tensorboard=false on the command line does
/// not ask for a file without histograms.
bool is_left_aside(const Config& config, std::string_view key, std::string_view other);

/// Throws SettingError for the first key that is asked for and does nothing, because what it needs is not
/// there. `stage`: only the keys that this stage gives.
void check_needs(const Config& config, const Config* stage = nullptr);

}  // namespace luge::experiment
