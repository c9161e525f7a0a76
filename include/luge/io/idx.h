// The IDX format of MNIST and its kin (Yann LeCun), plain or compressed with gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::io {

struct IdxHeader {
  DType dtype = DType::u8;  ///< u8, i8, i16, i32, f32 or f64
  Shape shape;
};

/// Elements row-major in the machine's byte order.
struct IdxArray {
  DType dtype = DType::u8;
  Shape shape;
  std::vector<std::byte> bytes;
};

struct IdxLimits {
  std::uint64_t max_bytes = std::uint64_t{4} << 30;  ///< of the elements, uncompressed
};

/// Reads the header alone. Throws FileError and FormatError as read_idx does.
IdxHeader read_idx_header(const std::string& path);

/// Reads a whole file; whether it is compressed is told by its first bytes, not by its name. Throws FileError
/// (cannot be read), FormatError (no IDX, damaged, cut short, or longer than its extents say; the text has
/// both numbers of bytes) and ValueError (over the limit). All but damage inside a compressed file is found
/// out before memory is taken.
IdxArray read_idx(const std::string& path, const IdxLimits& limits = {});

}  // namespace luge::io
