// One array of an NPY file, wherever its bytes come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "luge/io/npy.h"

namespace luge::io {

/// The bytes of a file: `read` fills as much of a span as is there.
struct ByteStream {
  std::string name;  // for errors
  std::uint64_t size = 0;
  std::function<std::size_t(std::span<std::byte>)> read;
};

/// Throws as read_npy does.
NpyArray read_npy(const ByteStream& stream, std::uint64_t max_bytes);

}  // namespace luge::io
