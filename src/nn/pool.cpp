#include "luge/nn/pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "graph/expand.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "nn/padded_window.h"

namespace luge::nn {
PoolLayer::PoolLayer(Function function, int spatial, const PerAxis& window, const PoolLayerOptions& options)
    : function_(function),
      spatial_(spatial),
      options_{.kernel = window,
               .stride = options.stride,
               .dilation = options.dilation,
               .padding = options.padding,
               .ceil_mode = options.ceil_mode,
               .count_include_pad = options.count_include_pad} {
  const auto each = for_each_axis(window, spatial);
  if (each.size() != static_cast<std::size_t>(spatial)) {
    throw ValueError(
        fmt::format("pooling: the window has {} numbers; expected 1 or {}", each.size(), spatial));
  }
  for (std::int64_t extent : each) {
    if (extent < 1) throw ValueError(fmt::format("pooling: the window is {}; expected at least 1", extent));
  }
}

std::string PoolLayer::describe() const {
  return fmt::format("{} {}", type(), fmt::join(for_each_axis(options_.kernel, spatial_), "x"));
}

Work PoolLayer::work() const {
  std::int64_t taps = 1;
  for (std::int64_t extent : for_each_axis(options_.kernel, spatial_)) taps *= extent;
  return {.fan_in = taps};
}

Tensor PoolLayer::lengths(const Padded& x) const {
  if (options_.ceil_mode)
    throw ValueError("ceil_mode depends on the padded extent; pool without it, or values without lengths");
  const PerAxis& stride = options_.stride.values.empty() ? options_.kernel : options_.stride;
  return PaddedWindow{spatial_, options_.kernel, stride, options_.dilation, options_.padding}.lengths(x);
}

Padded PoolLayer::largest_of(const Padded& x) const {
  if (!is_floating(x.values.dtype()))
    throw DTypeError(fmt::format("padded values are {}; expected floating numbers", name(x.values.dtype())));
  const Tensor y = forward(x.filled(-std::numeric_limits<double>::infinity()));
  const Padded result{y, lengths(x), x.axis};
  return result.with(result.filled());  // no infinities, which would make NaN of the gradient 0
}

Padded PoolLayer::mean_of(const Padded& x) const {
  const Tensor sum = forward(x.filled());
  const Tensor length = lengths(x);
  if (options_.count_include_pad) return {sum, length, x.axis};
  // The share of each window that lies before the length.
  const Tensor share = forward(cast(broadcast_like(x.expanded_mask(), x.values), x.values.dtype()));
  return {sum / where(greater(share, 0), share, 1), length, x.axis};
}

Padded GlobalAvgPool::forward_padded(const Padded& x) const {
  if (x.axis < 2) {
    throw ShapeError(fmt::format("the padded axis of {} is {}; expected a spatial axis, 2 or more",
                                 x.values.shape().to_string(), x.axis));
  }
  std::vector<std::int64_t> axes;
  for (int axis = 2; axis < x.values.rank(); ++axis) axes.push_back(axis);
  const Tensor counted = cast(broadcast_like(x.expanded_mask(), x.values), accumulator(x.values.dtype()));
  const Tensor total = sum(cast(x.filled(), counted.dtype()), Axes(axes));
  return {cast(total / maximum(sum(counted, Axes(axes)), 1), x.values.dtype()), {}};
}

Tensor GlobalAvgPool::forward(const Tensor& x) const { return flatten(global_avg_pool(x), 1); }

}  // namespace luge::nn
