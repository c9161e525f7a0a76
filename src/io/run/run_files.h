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
/// The folder of what a training can be resumed from, and how the names of its files end.
inline constexpr const char *kCheckpointFolder = "checkpoints", *kCheckpointEnding = ".safetensors";
/// How the names begin of what is kept of a step that is not finite: its state, and its batch.
inline constexpr const char *kNonFinite = "nonfinite", *kNonFiniteState = "nonfinite.safetensors",
                            *kNonFiniteBatch = "nonfinite-batch.safetensors";
/// Follows the name of a checkpoint that could not be read; further ones get a number after it.
inline constexpr const char* kDamaged = ".damaged";

}  // namespace luge::io
