// Buffer: the memory of an evaluated value, in a layout of some backend (0: public, dense row-major).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

namespace luge {

using LayoutId = std::uint32_t;
inline constexpr LayoutId public_layout = 0;

class Buffer;
using BufferRef = std::shared_ptr<Buffer>;
struct Prepacked;  // runtime/prepacked.h

/// What is made from the content of a buffer: the same in another layout, or what a Program computes from it.
using Derived = std::variant<BufferRef, std::shared_ptr<Prepacked>>;

/// 64-byte aligned memory with at least 64 readable bytes after the last element. Throws MemoryError naming
/// the bytes asked for.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes, LayoutId layout = public_layout);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  LayoutId layout() const { return layout_; }
  /// Made when first asked for. Code that changes the content clears it first.
  std::vector<Derived> derived;

 private:
  std::byte* data_;
  std::size_t bytes_;
  LayoutId layout_;
};

}  // namespace luge
