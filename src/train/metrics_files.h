// metrics.csv and metrics.jsonl of a run: one row an epoch.
#pragma once

#include <filesystem>
#include <string_view>

#include "luge/train/history.h"

namespace luge::train {

/// Columns of their own: no metric may have such a name.
inline constexpr std::string_view kOwnColumns[] = {"epoch", "step", "seconds", "learning_rate"};

/// Writes both anew, each whole or not at all. Throws FileError.
void write_metrics(const std::filesystem::path& folder, const History& history);

}  // namespace luge::train
