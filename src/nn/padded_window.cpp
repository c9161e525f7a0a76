#include "nn/padded_window.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"

namespace luge::nn {

std::vector<std::int64_t> for_each_axis(const PerAxis& option, int spatial) {
  if (option.values.size() == 1)
    return std::vector<std::int64_t>(static_cast<std::size_t>(spatial), option.values[0]);
  return option.values;
}

Tensor PaddedWindow::lengths(const Padded& x) const {
  if (x.axis < 2) {
    throw ShapeError(
        fmt::format("the padded axis of {} is {}; expected an axis that the window slides along, 2 to {} "
                    "(Padded::transposed makes [N,C,T] of [N,T,C])",
                    x.values.shape().to_string(), x.axis, spatial + 1));
  }
  const auto k = static_cast<std::size_t>(x.axis - 2);
  const std::int64_t taps = for_each_axis(kernel, spatial).at(k), step = for_each_axis(stride, spatial).at(k),
                     reach = (taps - 1) * for_each_axis(dilation, spatial).at(k);
  std::int64_t added = 0;  // at both ends
  switch (padding.mode) {
    case PaddingMode::valid: break;
    case PaddingMode::full: added = 2 * reach; break;
    case PaddingMode::explicit_:
      added =
          padding.begins[padding.begins.size() == 1 ? 0 : k] + padding.ends[padding.ends.size() == 1 ? 0 : k];
      break;
    case PaddingMode::same:
      if (step == 1) return x.length;
      throw ValueError(fmt::format(
          "with stride {} the padding 'same' depends on the padded extent; give it as numbers", step));
  }
  // At least 0: a sequence shorter than the window gives no output.
  return floor_divide(maximum(cast(x.length, i64) + (added - reach - 1 + step), 0), step);
}

}  // namespace luge::nn
