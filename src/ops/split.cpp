// split, chunk, select: consecutive parts of an axis.
#include <fmt/format.h>

#include <numeric>

#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/exact_slice.h"

namespace luge {
namespace {

Type type_of(const Tensor& x) { return {x.dtype(), x.shape()}; }

}  // namespace

Tensors split(const Tensor& x, const std::vector<std::int64_t>& extents, int axis) {
  const int along = check_axis("split", axis, x.rank());
  std::int64_t total = 0;
  for (std::int64_t extent : extents) {
    if (extent < 0 || __builtin_add_overflow(total, extent, &total)) {
      throw ValueError(
          fmt::format("split: extents {{{}}}, expected numbers of 0 or more", fmt::join(extents, ", ")));
    }
  }
  if (x.shape()[along] >= 0 && total != x.shape()[along]) {
    throw ShapeError(fmt::format("split: extents {{{}}} add up to {}, axis {} of {} has {}",
                                 fmt::join(extents, ", "), total, along, type_of(x).to_string(),
                                 x.shape()[along]));
  }
  Tensors parts;
  std::int64_t start = 0;
  for (std::int64_t extent : extents) {
    parts.push_back(exact_slice(x, along, start, extent));
    start += extent;
  }
  return parts;
}

Tensors chunk(const Tensor& x, std::int64_t count, int axis) {
  const int along = check_axis("chunk", axis, x.rank());
  const std::int64_t extent = x.shape()[along];
  if (count < 1) throw ValueError(fmt::format("chunk: count is {}, expected 1 or more", count));
  if (extent < 0) {
    throw ShapeError(
        fmt::format("chunk: the extent of axis {} of {} is not known yet; write split with extents", along,
                    type_of(x).to_string()));
  }
  const std::int64_t length = extent / count + (extent % count != 0);
  std::vector<std::int64_t> extents;
  for (std::int64_t left = extent; left > 0; left -= length) extents.push_back(std::min(left, length));
  if (extents.empty()) extents.push_back(0);
  return split(x, extents, along);
}

Tensor select(const Tensor& x, int axis, std::int64_t index) {
  const int along = check_axis("select", axis, x.rank());
  const std::int64_t extent = x.shape()[along];
  if (extent >= 0 && (index < -extent || index >= extent)) {
    throw ShapeError(fmt::format("select: index {} is out of range on axis {} of {}, expected {} to {}",
                                 index, along, type_of(x).to_string(), -extent, extent - 1));
  }
  const bool last = index == -1 || index == SliceOptions::end;
  const std::int64_t stop = last ? SliceOptions::end : index + 1;
  return squeeze(slice(x, {.axis = along, .start = index, .stop = stop}), along);
}

}  // namespace luge
