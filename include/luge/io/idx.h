// The IDX format of MNIST and similar data sets (Yann LeCun), plain or compressed with gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::io {

/// What the header of a file states.
struct IdxHeader {
  DType dtype = DType::u8;  ///< u8, i8, i16, i32, f32 or f64
  Shape shape;              ///< the shape
};

/// The content of a file.
struct IdxArray {
  DType dtype = DType::u8;       ///< u8, i8, i16, i32, f32 or f64
  Shape shape;                   ///< the shape
  std::vector<std::byte> bytes;  ///< the elements, row-major and in the byte order of the machine
};

/// Limits of read_idx.
struct IdxLimits {
  std::uint64_t max_bytes = std::uint64_t{4} << 30;  ///< the largest size of the uncompressed elements
};

/// Reads only the header of a file. Throws FileError and FormatError as read_idx does.
IdxHeader read_idx_header(const std::string& path);

/// Reads a file. Its first bytes decide whether it is compressed, not its name. Throws FileError when it
/// cannot be read, FormatError when it is not IDX, is damaged, or is shorter or longer than its header states
/// (the text has both sizes), and ValueError when it exceeds the limit. Except for damage inside a compressed
/// file, this is found before memory is allocated.
IdxArray read_idx(const std::string& path, const IdxLimits& limits = {});

}  // namespace luge::io
