// The arena of a device, shared by every Program that runs on it, and the lock that lets one run at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

#include "core/buffer.h"

namespace luge {

class Arena {
 public:
  explicit Arena(DeviceMemory& memory) : device_(memory) {}
  static Arena& of(DeviceMemory& memory);

  /// Held while a Program runs: evaluations on one device run one after another. Who holds that of a device
  /// may lock the host's as well, for fallbacks.
  std::recursive_mutex& mutex() { return mutex_; }

  /// At least this number of bytes, valid until a larger request. Throws MemoryError. The lock must be held.
  std::byte* reserve(std::size_t bytes);
  /// What has been allocated so far. The lock must be held.
  std::span<std::byte> memory() const;

 private:
  DeviceMemory& device_;
  std::recursive_mutex mutex_;
  std::unique_ptr<Buffer> held_;
};

}  // namespace luge
