// Buffer: the memory of an evaluated value, on a device and in a layout of some backend (0: public, dense
// row-major).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "core/device_memory.h"

namespace luge {

using LayoutId = std::uint32_t;
inline constexpr LayoutId public_layout = 0;

class Buffer;
using BufferRef = std::shared_ptr<Buffer>;
struct Prepacked;  // runtime/prepacked.h

/// What is made from the content of a buffer: the same in another layout or on another device, or what a
/// Program computes from it.
using Derived = std::variant<BufferRef, std::shared_ptr<Prepacked>>;

/// Memory of a device, freed where it came from. Throws MemoryError as DeviceMemory::allocate does.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes, LayoutId layout = public_layout, DeviceMemory& memory = host_memory());
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /// Addresses of the device: the host may read and write there only in its own memory.
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  LayoutId layout() const { return layout_; }
  DeviceMemory& memory() const { return *memory_; }
  bool is(LayoutId layout, const DeviceMemory& memory) const {
    return layout_ == layout && memory_ == &memory;
  }
  /// Made when first asked for. Code that changes the content clears it first.
  std::vector<Derived> derived;

 private:
  std::byte* data_;
  std::size_t bytes_;
  LayoutId layout_;
  DeviceMemory* memory_;
};

/// The same bytes in another memory; from one device to another they go through the host.
BufferRef copied_to(DeviceMemory& memory, const Buffer& from);

}  // namespace luge
