#include "luge/io/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <optional>

#include "io/arrays/npy_header.h"
#include "io/arrays/npy_stream.h"
#include "io/files/input_file.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr std::array<unsigned char, 6> kMagic = {0x93, 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t kMaxHeader = 65536;

// How elements are stored, and the dtype that they become.
struct Stored {
  std::size_t size;
  DType dtype;
  bool swapped;
};

[[noreturn]] void refuse(const std::string& name, const std::string& descr) {
  const std::string code = descr.empty() ? "" : descr.substr(1);
  const char* what = code.starts_with("c")                            ? "complex numbers"
                     : code.starts_with("U") || code.starts_with("S") ? "texts"
                     : code.starts_with("O") ? "Python objects, which Luge never loads"
                     : code.starts_with("M") || code.starts_with("m") ? "times"
                     : code == "V2"                   ? "2-byte values without a type, such as bfloat16"
                     : code == "f16" || code == "f12" ? "long doubles"
                                                      : "elements of another dtype";
  throw FormatError(
      fmt::format("{}: holds {} (dtype '{}'); expected float16, float32, float64, int8 to int64, "
                  "uint8 to uint32 or bool (in NumPy: array.astype('float32'))",
                  name, what, descr.substr(0, 20)));
}

Stored stored_as(const std::string& name, const std::string& descr) {
  if (descr.size() < 3) refuse(name, descr);
  const char order = descr[0];
  const bool big = order == '>';
  if (order != '<' && order != '>' && order != '|' && order != '=') refuse(name, descr);
  const std::string code = descr.substr(1);
  static constexpr struct {
    const char* code;
    std::size_t size;
    DType dtype;
  } known[] = {{"f2", 2, DType::f16}, {"f4", 4, DType::f32}, {"f8", 8, DType::f64},    {"i1", 1, DType::i8},
               {"i2", 2, DType::i16}, {"i4", 4, DType::i32}, {"i8", 8, DType::i64},    {"u1", 1, DType::u8},
               {"u2", 2, DType::i32}, {"u4", 4, DType::i64}, {"b1", 1, DType::boolean}};
  for (const auto& each : known) {
    if (code == each.code) {
      const bool swapped = each.size > 1 && big == (std::endian::native == std::endian::little);
      return {each.size, each.dtype, swapped};
    }
  }
  refuse(name, descr);
}

std::uint64_t product_of(const std::string& name, const std::vector<std::int64_t>& shape, std::size_t size) {
  std::uint64_t bytes = size;
  for (const std::int64_t extent : shape) {
    if (extent == 0) return 0;
  }
  for (const std::int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes))
      throw FormatError(fmt::format("{}: the size of the array overflows 64 bits", name));
  }
  return bytes;
}

void swap_bytes(std::span<std::byte> bytes, std::size_t size) {
  for (std::size_t at = 0; at + size <= bytes.size(); at += size)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
}

template <class From, class To>
std::vector<std::byte> widened(const std::vector<std::byte>& bytes) {
  std::vector<std::byte> wide(bytes.size() / sizeof(From) * sizeof(To));
  for (std::size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    const To to = value;
    std::memcpy(wide.data() + i * sizeof(To), &to, sizeof(To));
  }
  return wide;
}

// From the order in which the first axis runs fastest to row-major order.
std::vector<std::byte> row_major(const std::vector<std::byte>& bytes, const Shape& shape, std::size_t size) {
  std::vector<std::byte> turned(bytes.size());
  const int rank = shape.rank();
  std::vector<std::int64_t> at(static_cast<std::size_t>(rank), 0);
  std::vector<std::int64_t> stride(static_cast<std::size_t>(rank), 1);
  for (int axis = 1; axis < rank; ++axis)
    stride[static_cast<std::size_t>(axis)] = stride[static_cast<std::size_t>(axis - 1)] * shape[axis - 1];
  std::int64_t from = 0;
  for (std::size_t to = 0; to < turned.size(); to += size) {
    std::memcpy(turned.data() + to, bytes.data() + static_cast<std::size_t>(from) * size, size);
    for (int axis = rank - 1; axis >= 0; --axis) {
      const auto k = static_cast<std::size_t>(axis);
      from += stride[k];
      if (++at[k] < shape[axis]) break;
      from -= stride[k] * shape[axis];
      at[k] = 0;
    }
  }
  return turned;
}

void read_all(const ByteStream& stream, std::span<std::byte> bytes, const char* what) {
  const std::size_t got = stream.read(bytes);
  if (got < bytes.size())
    throw FormatError(fmt::format("{}: {} needs {} bytes, {} are left: it was cut short", stream.name, what,
                                  bytes.size(), got));
}

}  // namespace

NpyArray read_npy(const ByteStream& stream, std::uint64_t max_bytes) {
  const std::string& name = stream.name;
  std::array<std::byte, 8> start;
  if (stream.read(start) < start.size() || std::memcmp(start.data(), kMagic.data(), kMagic.size()) != 0)
    throw FormatError(fmt::format("{}: is not an NPY file, which begins with \\x93NUMPY", name));
  const int major = std::to_integer<int>(start[6]);
  if (major < 1 || major > 3)
    throw FormatError(fmt::format("{}: is of NPY format {}; expected 1, 2 or 3", name, major));
  std::array<std::byte, 4> length;
  const std::size_t digits = major == 1 ? 2 : 4;
  read_all(stream, std::span(length).first(digits), "the length of the header");
  std::size_t size = 0;
  for (std::size_t i = digits; i-- > 0;) size = size << 8 | std::to_integer<std::size_t>(length[i]);
  if (size > kMaxHeader)
    throw FormatError(
        fmt::format("{}: the header has {} bytes; expected at most {}", name, size, kMaxHeader));
  std::string text(size, ' ');
  read_all(stream, std::as_writable_bytes(std::span(text)), "the header");
  const NpyHeader header = parse_npy_header(name, text);
  const Stored stored = stored_as(name, header.descr);
  if (header.shape.size() > static_cast<std::size_t>(Shape::max_rank))
    throw FormatError(
        fmt::format("{}: has {} axes; expected at most {}", name, header.shape.size(), Shape::max_rank));
  const Shape shape{std::span<const std::int64_t>(header.shape)};
  const std::uint64_t bytes = product_of(name, header.shape, stored.size), head = 8 + digits + size;
  if (bytes > max_bytes)
    throw ValueError(fmt::format("{}: {}{} takes {} bytes, at most {} are allowed", name,
                                 luge::name(stored.dtype), shape.to_string(), bytes, max_bytes));
  if (stream.size != head + bytes)
    throw FormatError(fmt::format("{}: {}{} takes {} bytes after the header, the file holds {}: {}", name,
                                  luge::name(stored.dtype), shape.to_string(), bytes,
                                  stream.size < head ? 0 : stream.size - head,
                                  stream.size < head + bytes ? "it was cut short" : "something was added"));
  NpyArray array{stored.dtype, shape, {}};
  try {
    array.bytes.resize(bytes);
  } catch (const std::bad_alloc&) {
    throw MemoryError(fmt::format("{}: no memory for {} bytes", name, bytes));
  }
  read_all(stream, array.bytes, "the array");
  if (stored.swapped) swap_bytes(array.bytes, stored.size);
  if (stored.dtype == DType::boolean) {
    for (std::byte& each : array.bytes) each = std::byte(each != std::byte(0));
  }
  if (header.fortran_order && shape.rank() > 1 && bytes > 0)
    array.bytes = row_major(array.bytes, shape, stored.size);
  if (size_of(stored.dtype) > stored.size)
    array.bytes = stored.size == 2 ? widened<std::uint16_t, std::int32_t>(array.bytes)
                                   : widened<std::uint32_t, std::int64_t>(array.bytes);
  return array;
}

NpyArray read_npy(const std::string& path, const NpyLimits& limits) {
  const InputFile file(path);
  std::uint64_t offset = 0;
  return read_npy({path, file.size(),
                   [&](std::span<std::byte> bytes) {
                     const std::size_t got = file.read_some(offset, bytes);
                     offset += got;
                     return got;
                   }},
                  limits.max_bytes);
}

}  // namespace luge::io
