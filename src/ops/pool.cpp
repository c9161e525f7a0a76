#include "ops/pool.h"

#include <fmt/format.h>

#include "ops/checks.h"
#include "ops/window_checks.h"

namespace luge {

Shape pool_shape(std::string_view op, const PoolAttributes& a, const Type& x) {
  check_number(op, x);
  check_rank_between(op, "input", x, 3, 5);
  const int spatial = x.shape.rank() - 2;
  check_per_axis(op, "kernel", a.kernel, spatial, 1);
  check_per_axis(op, "stride", a.stride, spatial, 1);
  check_per_axis(op, "dilation", a.dilation, spatial, 1);
  check_pads(op, a.padding, a.pads, spatial);
  Shape y{x.shape[0], x.shape[1]};
  for (int k = 0; k < spatial; ++k) {
    y = y.appended(output_extent(op, a, x.shape, k, a.kernel[static_cast<std::size_t>(k)]));
  }
  product(op, y, 0, y.rank());
  return y;
}

PoolAttributes pool_attributes(std::string_view op, int spatial, const Tensor& x,
                               const PoolOptions& options) {
  if (x.rank() != spatial + 2) {
    throw ShapeError(fmt::format("{}: input {} has {} axes; expected {} ([N,C] and {} spatial)", op,
                                 x.shape().to_string(), x.rank(), spatial + 2, spatial));
  }
  PoolAttributes a;
  a.kernel = per_axis(options.kernel, spatial, 2);
  a.stride = options.stride.values.empty() ? a.kernel : per_axis(options.stride, spatial, 1);
  a.dilation = per_axis(options.dilation, spatial, 1);
  a.padding = options.padding.mode;
  a.pads = pads_of(options.padding, spatial);
  a.ceil_mode = options.ceil_mode;
  a.count_include_pad = options.count_include_pad;
  return a;
}

}  // namespace luge
