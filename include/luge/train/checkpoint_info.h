// What a checkpoint tells about its training, without its network being loaded.
#pragma once

#include <optional>
#include <string>

#include "luge/train/history.h"
#include "luge/train/trainer.h"

namespace luge::train {

struct CheckpointInfo {
  Position position;
  History history;  // epochs and steps; times are not in checkpoints
  /// "epoch 3, step 2532", or "epoch 4 after 17 of its steps, step 2549".
  std::string to_string() const;
};

/// Reads the header of a checkpoint; none for a model file that no training wrote. Throws FileError and
/// FormatError.
std::optional<CheckpointInfo> checkpoint_info(const std::string& path);

}  // namespace luge::train
