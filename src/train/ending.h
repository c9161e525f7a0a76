// What a callback does when an error ends its training.
#pragma once

namespace luge::train {

/// A callback that is one of these is told when an error ends the training: train_end is not called then.
class Ending {
 public:
  virtual ~Ending() = default;
  /// Writes what is still waiting to be written.
  virtual void failed() noexcept = 0;
};

}  // namespace luge::train
