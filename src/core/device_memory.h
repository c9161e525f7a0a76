// DeviceMemory: the memory of one device. Buffers come from it and return to it; it copies to and from the
// host.
#pragma once

#include <cstddef>

#include "luge/device.h"

namespace luge {

/// The queue of a device: calls on one stream run one after another. On the default stream everything that
/// the device was given before comes first.
struct Stream {
  void* handle = nullptr;  // null: the default stream, on which calls are done when they return
};

/// Lives until the process ends: buffers may outlive everything else.
class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;
  virtual const Device& device() const = 0;

  /// 64-byte aligned memory with at least 64 readable bytes after the last one. Throws MemoryError with the
  /// number of bytes.
  virtual std::byte* allocate(std::size_t bytes) = 0;
  /// What was given to a stream before may still use the memory.
  virtual void release(std::byte* data) noexcept = 0;

  /// Copies between the host and this memory; done when they return.
  virtual void copy_from_host(void* to, const void* from, std::size_t bytes, Stream stream) = 0;
  virtual void copy_to_host(void* to, const void* from, std::size_t bytes, Stream stream) = 0;
  /// Copies within this memory, in the order of the stream.
  virtual void copy(void* to, const void* from, std::size_t bytes, Stream stream) = 0;
};

/// The memory of the processor. The values of all other devices go through it when they leave their device.
DeviceMemory& host_memory();

}  // namespace luge
