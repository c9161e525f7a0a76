// checkpoint_info: what a checkpoint states about its training, without loading the network.
#pragma once

#include <optional>
#include <string>

#include "luge/train/history.h"
#include "luge/train/trainer.h"

namespace luge::train {

/// What a checkpoint states about its training.
struct CheckpointInfo {
  Position position;  ///< how far the training had come
  History history;    ///< the epochs and the number of steps; times are not saved
  /// Returns the position as text: "epoch 3, step 2532", or "epoch 4 after 17 of its steps, step 2549".
  std::string to_string() const;
};

/// Reads the header of a checkpoint. Returns nothing for a model file that was not written by a training.
/// Throws FileError when the file cannot be read and FormatError when it is damaged.
std::optional<CheckpointInfo> checkpoint_info(const std::string& path);

}  // namespace luge::train
