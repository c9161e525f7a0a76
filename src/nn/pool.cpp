#include "luge/nn/pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/ops/shape.h"

namespace luge::nn {
namespace {

std::vector<std::int64_t> extents(const PerAxis& window, int spatial) {
  if (window.values.size() == 1)
    return std::vector<std::int64_t>(static_cast<std::size_t>(spatial), window.values[0]);
  return window.values;
}

}  // namespace

PoolLayer::PoolLayer(Function function, int spatial, const PerAxis& window, const PoolLayerOptions& options)
    : function_(function),
      spatial_(spatial),
      options_{.kernel = window,
               .stride = options.stride,
               .dilation = options.dilation,
               .padding = options.padding,
               .ceil_mode = options.ceil_mode,
               .count_include_pad = options.count_include_pad} {
  const auto each = extents(window, spatial);
  if (each.size() != static_cast<std::size_t>(spatial)) {
    throw ValueError(
        fmt::format("pooling: the window has {} numbers; expected 1 or {}", each.size(), spatial));
  }
  for (std::int64_t extent : each) {
    if (extent < 1) throw ValueError(fmt::format("pooling: the window is {}; expected at least 1", extent));
  }
}

std::string PoolLayer::describe() const {
  return fmt::format("{} {}", type(), fmt::join(extents(options_.kernel, spatial_), "x"));
}

Work PoolLayer::work() const {
  std::int64_t taps = 1;
  for (std::int64_t extent : extents(options_.kernel, spatial_)) taps *= extent;
  return {.fan_in = taps};
}

Tensor GlobalAvgPool::forward(const Tensor& x) const { return flatten(global_avg_pool(x), 1); }

}  // namespace luge::nn
