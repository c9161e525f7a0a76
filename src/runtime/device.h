// The arena of a device, shared by every Program that runs on it, and the lock that lets one run at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

#include "core/buffer.h"

namespace luge {

class Device {
 public:
  /// The processor.
  static Device& host();

  /// Held while a Program runs: evaluations on one device run one after another.
  std::recursive_mutex& mutex() { return mutex_; }

  /// At least so many bytes, valid until a larger request. Throws MemoryError. The lock must be held.
  std::byte* arena(std::size_t bytes);
  /// What has been allocated so far. The lock must be held.
  std::span<std::byte> memory() const;

 private:
  std::recursive_mutex mutex_;
  std::unique_ptr<Buffer> arena_;
};

}  // namespace luge
