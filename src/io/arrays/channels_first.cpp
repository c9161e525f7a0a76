// channels_first: pictures whose channels lie last, as most files of arrays have them.
#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/io/npy.h"

namespace luge::io {

NpyArray channels_first(const NpyArray& array) {
  if (array.shape.rank() != 4)
    throw ShapeError(
        fmt::format("channels_first: {}; expected [count,height,width,channels]", array.shape.to_string()));
  const std::int64_t count = array.shape[0], pixels = array.shape[1] * array.shape[2],
                     channels = array.shape[3];
  NpyArray made{array.dtype,
                {count, channels, array.shape[1], array.shape[2]},
                std::vector<std::byte>(array.bytes.size())};
  const auto size = static_cast<std::ptrdiff_t>(size_of(array.dtype));
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t p = 0; p < pixels; ++p) {
      for (std::int64_t c = 0; c < channels; ++c)
        std::copy_n(array.bytes.begin() + ((i * pixels + p) * channels + c) * size, size,
                    made.bytes.begin() + ((i * channels + c) * pixels + p) * size);
    }
  }
  return made;
}

}  // namespace luge::io
