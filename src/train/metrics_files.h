// metrics.csv and metrics.jsonl of a run: one row an epoch.
#pragma once

#include <filesystem>

#include "luge/train/history.h"

namespace luge::train {

/// Writes both anew, each whole or not at all. Throws FileError.
void write_metrics(const std::filesystem::path& folder, const History& history);

}  // namespace luge::train
