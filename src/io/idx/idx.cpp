#include "luge/io/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <span>

#include "io/files/gzip_reader.h"
#include "io/files/input_file.h"
#include "io/image/file_kind.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr std::uint64_t kBestDeflate = 1032;  // bytes that one compressed byte can become

// The content of a file, uncompressed if necessary.
class Content {
 public:
  explicit Content(const std::string& path) : file_(path) {
    if (kind_of(file_) == "gzip") gzip_.emplace(file_);
  }

  const InputFile& file() const { return file_; }
  bool compressed() const { return gzip_.has_value(); }
  // A compressed file that lost only its end has all bytes, but they may be wrong.
  bool cut_short() const { return gzip_ && !gzip_->finished(); }

  std::size_t read_some(std::span<std::byte> bytes) {
    if (gzip_) return gzip_->read_some(bytes);
    const std::size_t got = file_.read_some(offset_, bytes);
    offset_ += got;
    return got;
  }

 private:
  InputFile file_;
  std::optional<GzipReader> gzip_;
  std::uint64_t offset_ = 0;
};

DType dtype_of_code(const std::string& path, int code) {
  switch (code) {
    case 0x08: return DType::u8;
    case 0x09: return DType::i8;
    case 0x0B: return DType::i16;
    case 0x0C: return DType::i32;
    case 0x0D: return DType::f32;
    case 0x0E: return DType::f64;
    default: break;
  }
  throw FormatError(
      fmt::format("{}: IDX element type 0x{:02X} is unknown; expected 08 09 0B 0C 0D or 0E", path, code));
}

[[noreturn]] void fail_short_header(const std::string& path, std::size_t needed, std::size_t got) {
  throw FormatError(fmt::format("{}: the IDX header needs {} bytes, the file holds {}", path, needed, got));
}

IdxHeader read_header(Content& content) {
  const std::string& path = content.file().path();
  std::array<std::byte, 4> magic;
  const std::size_t got = content.read_some(magic);
  if (got < magic.size()) fail_short_header(path, magic.size(), got);
  const auto byte = [&](std::size_t i) { return std::to_integer<int>(magic[i]); };
  if (byte(0) != 0 || byte(1) != 0) {
    throw FormatError(
        fmt::format("{}: expected an IDX file, beginning with two zero bytes, got {:02X} {:02X} ({})", path,
                    byte(0), byte(1), kind_of(content.file())));
  }
  IdxHeader header{dtype_of_code(path, byte(2)), {}};
  const int rank = byte(3);
  if (rank < 1 || rank > Shape::max_rank) {
    throw FormatError(
        fmt::format("{}: the IDX header declares {} axes; expected 1 to {}", path, rank, Shape::max_rank));
  }
  std::array<std::byte, 4 * Shape::max_rank> extents;
  const auto bytes = std::span(extents).first(4 * static_cast<std::size_t>(rank));
  if (const std::size_t read = content.read_some(bytes); read < bytes.size()) {
    fail_short_header(path, magic.size() + bytes.size(), magic.size() + read);
  }
  for (int axis = 0; axis < rank; ++axis) {
    std::int64_t extent = 0;
    for (std::size_t i = 0; i < 4; ++i)
      extent = extent << 8 | std::to_integer<std::int64_t>(bytes[4 * static_cast<std::size_t>(axis) + i]);
    header.shape = header.shape.appended(extent);
  }
  return header;
}

std::string shown(const IdxHeader& header) {
  return fmt::format("{}{}", name(header.dtype), header.shape.to_string());
}

// Checked against overflow, the limit, and what the file can hold.
std::uint64_t checked_bytes(const Content& content, const IdxHeader& header, const IdxLimits& limits) {
  const std::string& path = content.file().path();
  std::uint64_t bytes = size_of(header.dtype);
  bool overflow = false;
  for (const std::int64_t extent : header.shape) {
    if (extent == 0) return 0;
    overflow |= __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes);
  }
  if (overflow) throw FormatError(fmt::format("{}: the size of {} overflows 64 bits", path, shown(header)));
  if (bytes > limits.max_bytes) {
    throw ValueError(fmt::format("{}: {} takes {} bytes, at most {} are allowed", path, shown(header), bytes,
                                 limits.max_bytes));
  }
  const std::uint64_t head = 4 + 4 * static_cast<std::uint64_t>(header.shape.rank());
  if (content.compressed()) {
    if (bytes / kBestDeflate > content.file().size()) {
      throw FormatError(
          fmt::format("{}: {} takes {} bytes, which {} compressed bytes cannot hold; it was cut short", path,
                      shown(header), bytes, content.file().size()));
    }
  } else if (content.file().size() != head + bytes) {
    throw FormatError(
        fmt::format("{}: {} takes {} bytes after the header, the file holds {}: {}", path, shown(header),
                    bytes, content.file().size() - head,
                    content.file().size() < head + bytes ? "it was cut short" : "something was added"));
  }
  return bytes;
}

// Big-endian in the file.
void to_machine_order(DType dtype, std::span<std::byte> bytes) {
  const std::size_t size = size_of(dtype);
  if (size == 1) return;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
  }
}

void check_end(Content& content, const IdxHeader& header, std::uint64_t expected, std::uint64_t got) {
  const std::string& path = content.file().path();
  if (got < expected) {
    throw FormatError(
        fmt::format("{}: {} takes {} bytes after the header, the file holds {}: it was cut short", path,
                    shown(header), expected, got));
  }
  std::byte more;
  if (content.read_some(std::span(&more, 1)) > 0) {
    throw FormatError(
        fmt::format("{}: {} takes {} bytes after the header, the file holds more: something was added", path,
                    shown(header), expected));
  }
  if (content.cut_short()) {
    throw FormatError(
        fmt::format("{}: the end of the compressed file is missing, and with it the checksum of its {} bytes",
                    path, expected));
  }
}

}  // namespace

IdxHeader read_idx_header(const std::string& path) {
  Content content(path);
  return read_header(content);
}

IdxArray read_idx(const std::string& path, const IdxLimits& limits) {
  Content content(path);
  const IdxHeader header = read_header(content);
  const std::uint64_t bytes = checked_bytes(content, header, limits);
  IdxArray array{header.dtype, header.shape, {}};
  try {
    array.bytes.resize(bytes);
  } catch (const std::bad_alloc&) {
    throw MemoryError(fmt::format("{}: no memory for the {} bytes of {}", path, bytes, shown(header)));
  }
  check_end(content, header, bytes, content.read_some(array.bytes));
  to_machine_order(array.dtype, array.bytes);
  return array;
}

}  // namespace luge::io
