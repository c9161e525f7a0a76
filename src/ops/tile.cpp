// tile, repeat: copies of the whole, or of each element, as a broadcast along a new axis that is then merged.
#include <fmt/format.h>

#include <algorithm>

#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

// x with `times` copies of axis `fresh` (extent 1), which is then merged with its neighbor.
Tensor copies(const Tensor& x, int fresh, int first, std::int64_t times) {
  Shape wanted = x.shape();
  for (int axis = 0; axis < wanted.rank(); ++axis)
    wanted = wanted.with(axis, axis == fresh ? times : unknown);
  return flatten(broadcast_to(x, wanted), first, first + 1);
}

void check_times(std::string_view op, std::int64_t times) {
  if (times < 0) throw ValueError(fmt::format("{}: {} copies, expected 0 or more", op, times));
}

}  // namespace

Tensor tile(const Tensor& x, const std::vector<std::int64_t>& repeats) {
  Tensor result = x;
  while (result.rank() < static_cast<int>(repeats.size())) result = unsqueeze(result, 0);
  for (std::size_t k = 0; k < repeats.size(); ++k) {
    check_times("tile", repeats[k]);
    const int axis = result.rank() - static_cast<int>(repeats.size() - k);
    if (repeats[k] != 1) result = copies(unsqueeze(result, axis), axis, axis, repeats[k]);
  }
  return result;
}

Tensor repeat(const Tensor& x, std::int64_t times, int axis) {
  check_times("repeat", times);
  const int along = check_axis("repeat", axis, x.rank());
  return copies(unsqueeze(x, along + 1), along + 1, along, times);
}

}  // namespace luge
