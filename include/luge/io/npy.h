// Arrays in files of NumPy: NPY holds one array, NPZ several of them in a ZIP archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::io {

/// An array of a file.
struct NpyArray {
  DType dtype = DType::f32;      ///< the dtype
  Shape shape;                   ///< the shape
  std::vector<std::byte> bytes;  ///< the elements, row-major and in the byte order of the machine
};
/// Limits of read_npy and read_npz.
struct NpyLimits {
  std::uint64_t max_bytes = std::uint64_t{4} << 30;  ///< the largest size of the elements of all arrays
  std::uint64_t max_ratio = 2000;    ///< how many bytes one stored byte of an archive may become
  std::uint64_t max_members = 1024;  ///< the largest number of arrays in an archive
};
/// Reads an NPY file. float16, float32, float64, int8 to int64, uint8 and bool are read in either byte order;
/// uint16 becomes i32 and uint32 becomes i64. An array in Fortran order is brought into row-major order.
/// Throws FileError when the file cannot be read; FormatError, before memory is allocated, when it is not
/// NPY, is shorter or longer than its header states, has more axes than Shape::max_rank, or has another dtype
/// (bfloat16, complex, text, objects), which it names; and ValueError when it exceeds the limit. Source: NEP
/// 1, formats 1.0 to 3.0.
NpyArray read_npy(const std::string& path, const NpyLimits& limits = {});
/// Reads all arrays of an NPZ file, each with its name without ".npy", in the order of the archive. Nothing
/// is unpacked to disk. Throws as read_npy does; FormatError for a member that is encrypted, is a folder or a
/// link, has a path in its name, or has a name that is there twice; ValueError when the sizes that the
/// archive states exceed the limits; and StateError when libzip is not installed.
std::vector<std::pair<std::string, NpyArray>> read_npz(const std::string& path, const NpyLimits& limits = {});
/// Pictures [count,height,width,channels] as [count,channels,height,width]. Throws ShapeError when the array
/// has not four axes.
NpyArray channels_first(const NpyArray& array);

}  // namespace luge::io
