// What came of a training.
#pragma once

#include <filesystem>
#include <optional>

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"

namespace luge::experiment {

/// The epoch whose network best.safetensors holds, as the file itself tells: the best one measured may be one
/// that could not be written. Without such a file, the best by the loss.
std::optional<Best> best_of(const Config& config, const train::History& history,
                            const std::filesystem::path& run, const Tell& tell);

}  // namespace luge::experiment
