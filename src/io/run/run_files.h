// The names of the files of a run that several rooms write or read.
#pragma once

namespace luge::io {

/// What makes a folder a run: its number in the order of creation.
inline constexpr const char* kRunMark = ".luge-run";
/// The process that writes into the run.
inline constexpr const char* kLockFile = "lock";
/// All settings, each with its source.
inline constexpr const char* kConfigFile = "config.toml";
/// One JSON object for each epoch.
inline constexpr const char* kMetricsFile = "metrics.jsonl";

}  // namespace luge::io
