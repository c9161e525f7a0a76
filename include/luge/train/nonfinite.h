// on_nonfinite: what a training does with a batch whose loss or gradient is not finite.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "luge/train/callback.h"

namespace luge::train {

/// What happens to a batch whose loss or gradient is not finite. Its step has changed nothing in either case.
enum class OnNonFinite : std::uint8_t {
  stop,  ///< the training ends with the error
  skip   ///< the batch is left out and counted, and the training goes on
};
/// Options of on_nonfinite.
struct NonFiniteOptions {
  OnNonFinite policy = OnNonFinite::stop;  ///< what happens to the batch
  /// The largest number of steps in a row that are left out, 1 or more. One more ends the training.
  std::int64_t most_in_a_row = 10;
  /// The folder of the run. When the training ends, checkpoints/nonfinite.safetensors holds the state before
  /// the step, and checkpoints/nonfinite-batch.safetensors its batch. Empty: nothing is written.
  std::filesystem::path folder = {};
  /// Called with a line for a person: why the first batch was left out, and at the end how many were.
  std::function<void(const std::string&)> tell = {};
};
/// Decides about steps that are refused because a loss, a gradient or running statistics would not be finite.
/// Such a step is undone: parameters, optimizer, running statistics, metrics, averages and the random
/// generator are what they were before it. Without this callback, the training ends with the error and
/// nothing is kept. A batch that is left out gives no update; gradients that wait for it go into the next
/// update. Checkpoints keep the counts. A training that left out all its steps ends with NonFiniteError,
/// since it has learned nothing. Throws ValueError when most_in_a_row is below 1.
CallbackRef on_nonfinite(const NonFiniteOptions& options = {});

}  // namespace luge::train
