// The header of an NPY file: a Python dictionary as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cstdint>

namespace luge::io {

struct NpyHeader {
  std::string descr;  // such as "<f4"
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Throws FormatError that begins with `name`.
NpyHeader parse_npy_header(const std::string& name, std::string_view text);

}  // namespace luge::io
