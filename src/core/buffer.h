// Buffer: the memory of an evaluated value, in a layout of some backend (0: public, dense row-major).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace luge {

using LayoutId = std::uint32_t;
inline constexpr LayoutId public_layout = 0;

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
  /// The same content in other layouts, made when first asked for; code that changes the content drops them.
  std::vector<std::shared_ptr<Buffer>> packed;

 private:
  std::byte* data_;
  std::size_t bytes_;
  LayoutId layout_;
};

using BufferRef = std::shared_ptr<Buffer>;

}  // namespace luge
