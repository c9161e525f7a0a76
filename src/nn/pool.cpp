#include "luge/nn/pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "graph/expand.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "nn/padded_window.h"
#include "nn/registered_layer.h"
#include "nn/window_options.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

using options::elsewhere, options::required;

struct PoolText {
  PerAxis window = {};
  PoolLayerOptions options = {};
  static void fields(auto& self, auto&& field) {
    auto& own = self.options;
    field("window", self.window, "extents of the window", required,
          elsewhere({"kernel", "kernel_size", "pool_size", "size"}));
    field("stride", own.stride, "elements that the window moves by; none: the window",
          elsewhere({"strides"}));
    field("padding", own.padding, "how the input is extended at its border", elsewhere({"pad", "pads"}));
    field("dilation", own.dilation, "distance between two elements of the window",
          elsewhere({"dilation_rate", "dilations"}));
    field("ceil_mode", own.ceil_mode, "keep a last, partial window that begins inside the input");
    field("count_include_pad", own.count_include_pad,
          "averages divide by the whole window even at the border");
  }
};

template <class Pool, int spatial>
Pool from_text(const PoolText& text) {
  check_padding_text(text.options.padding, spatial);
  return Pool(text.window, text.options);
}

const std::pair<PoolLayer::Function, RegisteredLayer<PoolText>> kPools[] = {
    {max_pool1d, {"max-pool1d", "largest of each window of [N,C,W]", from_text<MaxPool1d, 1>}},
    {max_pool2d, {"max-pool2d", "largest of each window of images [N,C,H,W]", from_text<MaxPool2d, 2>}},
    {max_pool3d, {"max-pool3d", "largest of each window of volumes [N,C,D,H,W]", from_text<MaxPool3d, 3>}},
    {avg_pool1d, {"avg-pool1d", "mean of each window of [N,C,W]", from_text<AvgPool1d, 1>}},
    {avg_pool2d, {"avg-pool2d", "mean of each window of images [N,C,H,W]", from_text<AvgPool2d, 2>}},
    {avg_pool3d, {"avg-pool3d", "mean of each window of volumes [N,C,D,H,W]", from_text<AvgPool3d, 3>}}};

const RegisteredLayer<> kGlobalAvgPool("global-avg-pool", "mean of each channel, [N,C,…] to [N,C]",
                                       [] { return GlobalAvgPool(); });

constexpr Facts kMaxPoolFacts = {
    .formula = "y = the largest x of each window",
    .derivative = "1 for the first largest of a window, else 0",
    .parameters = "none",
    .output =
        "[N,C,…], each spatial extent ⌊(n + padding - dilation·(window - 1) - 1)/stride⌋ + 1; the stride is "
        "the window unless it is given",
    .use = "to halve pictures: it keeps that a feature is there, and forgets where exactly."};
constexpr Facts kAvgPoolFacts = {.formula = "y = the mean of x in each window",
                                 .derivative = "1/(elements of the window)",
                                 .parameters = "none",
                                 .output =
                                     "[N,C,…], each spatial extent ⌊(n + padding - dilation·(window - 1) - "
                                     "1)/stride⌋ + 1; the stride is the window unless it is given",
                                 .use = "to halve pictures smoothly, as in LeNet and DenseNet."};
const bool told_pool =
    facts::add("layer", {{"max-pool1d", kMaxPoolFacts},
                         {"max-pool2d", kMaxPoolFacts},
                         {"max-pool3d", kMaxPoolFacts},
                         {"avg-pool1d", kAvgPoolFacts},
                         {"avg-pool2d", kAvgPoolFacts},
                         {"avg-pool3d", kAvgPoolFacts},
                         {"global-avg-pool",
                          {.formula = "y = the mean of each channel over all positions",
                           .derivative = "1/(positions)",
                           .parameters = "none",
                           .output = "[N,C] for x [N,C,…]",
                           .use = "before the last linear layer of a convolutional network: no "
                                  "weights, and any size of picture."}}});

}  // namespace

PoolLayer::PoolLayer(Function function, int spatial, const PerAxis& window, const PoolLayerOptions& options)
    : function_(function),
      spatial_(spatial),
      options_{.kernel = window,
               .stride = options.stride,
               .dilation = options.dilation,
               .padding = for_each_axis(options.padding, spatial),
               .ceil_mode = options.ceil_mode,
               .count_include_pad = options.count_include_pad} {
  constexpr std::string_view owner = "pooling";
  options::check(owner, PoolText{window, options});
  check_per_axis(owner, "window", window, spatial);
  check_per_axis(owner, "stride", options.stride, spatial, true);
  check_per_axis(owner, "dilation", options.dilation, spatial, true);
  check_padding(owner, options.padding, spatial);
}

std::optional<LayerText> PoolLayer::text() const {
  const PoolText own{options_.kernel,
                     {.stride = options_.stride,
                      .padding = options_.padding,
                      .dilation = options_.dilation,
                      .ceil_mode = options_.ceil_mode,
                      .count_include_pad = options_.count_include_pad}};
  for (const auto& [function, registered] : kPools) {
    if (function == function_) return registered.text(own);
  }
  return std::nullopt;
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

Work GlobalAvgPool::work_of(const Tensors& inputs, const Tensors&) const {
  return {.connections = sample_elements(inputs.at(0))};
}

std::optional<LayerText> GlobalAvgPool::text() const { return kGlobalAvgPool.text(); }

Tensor GlobalAvgPool::forward(const Tensor& x) const { return flatten(global_avg_pool(x), 1); }

}  // namespace luge::nn
