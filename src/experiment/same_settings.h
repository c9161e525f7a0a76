// A checkpoint knows the settings that its steps were made with; a resumption with others is refused.
#pragma once

#include <filesystem>

#include "luge/experiment/config.h"
#include "luge/train/callback.h"

namespace luge::experiment {

/// A callback whose state is what a step depends on besides the data: network, loss, optimizer, schedule,
/// penalties, averages. When it is restored with other values, as after an edit of config.toml, it throws
/// SettingError that names each. Data, batches and shuffling are compared by the trainer.
train::CallbackRef same_settings(const Config& config, const std::filesystem::path& run);

}  // namespace luge::experiment
