#include "luge/nn/more_pools.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "graph/expand.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/padded_window.h"
#include "nn/registered_layer.h"
#include "nn/window_options.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

using options::above, options::elsewhere, options::required;

struct LpPoolText {
  PerAxis window = {};
  LpPoolOptions options = {};
  static void fields(auto& self, auto&& field) {
    auto& own = self.options;
    field("window", self.window, "extents of the window", required,
          elsewhere({"kernel", "kernel_size", "pool_size", "size"}));
    field("p", own.p, "the power", above(0), elsewhere({"norm_type"}));
    field("stride", own.stride, "elements that the window moves by; none: the window",
          elsewhere({"strides"}));
    field("padding", own.padding, "how the input is extended at its border", elsewhere({"pad", "pads"}));
    field("dilation", own.dilation, "distance between two elements of the window",
          elsewhere({"dilation_rate", "dilations"}));
    field("ceil_mode", own.ceil_mode, "keep a last, partial window that begins inside the input");
  }
};

struct AdaptiveText {
  PerAxis output = {};
  static void fields(auto& self, auto&& field) {
    field("output", self.output, "extents of the output", required, elsewhere({"output_size", "size"}));
  }
};

struct PowerText {
  double p = 2;
  static void fields(auto& self, auto&& field) {
    field("p", self.p, "the power", above(0), elsewhere({"norm_type"}));
  }
};

template <class Pool, int spatial>
Pool from_text(const LpPoolText& text) {
  check_padding_text(text.options.padding, spatial);
  return Pool(text.window, text.options);
}

const RegisteredLayer<LpPoolText> kLpPools[] = {
    {"lp-pool1d", "p-norm of each window of [N,C,W]", from_text<LpPool1d, 1>},
    {"lp-pool2d", "p-norm of each window of images [N,C,H,W]", from_text<LpPool2d, 2>},
    {"lp-pool3d", "p-norm of each window of volumes [N,C,D,H,W]", from_text<LpPool3d, 3>}};

template <class Pool>
Pool adaptive(const AdaptiveText& text) {
  return Pool(text.output);
}

const std::pair<AdaptivePoolLayer::Function, RegisteredLayer<AdaptiveText>> kAdaptive[] = {
    {adaptive_avg_pool1d,
     {"adaptive-avg-pool1d", "means of windows that cover [N,C,W]", adaptive<AdaptiveAvgPool1d>}},
    {adaptive_avg_pool2d,
     {"adaptive-avg-pool2d", "means of windows that cover images [N,C,H,W]", adaptive<AdaptiveAvgPool2d>}},
    {adaptive_avg_pool3d,
     {"adaptive-avg-pool3d", "means of windows that cover volumes [N,C,D,H,W]", adaptive<AdaptiveAvgPool3d>}},
    {adaptive_max_pool1d,
     {"adaptive-max-pool1d", "largest of windows that cover [N,C,W]", adaptive<AdaptiveMaxPool1d>}},
    {adaptive_max_pool2d,
     {"adaptive-max-pool2d", "largest of windows that cover images [N,C,H,W]", adaptive<AdaptiveMaxPool2d>}},
    {adaptive_max_pool3d,
     {"adaptive-max-pool3d", "largest of windows that cover volumes [N,C,D,H,W]",
      adaptive<AdaptiveMaxPool3d>}}};

const RegisteredLayer<> kGlobalMaxPool("global-max-pool", "largest of each channel, [N,C,…] to [N,C]",
                                       [] { return GlobalMaxPool(); });
const RegisteredLayer<PowerText> kGlobalLpPool("global-lp-pool", "p-norm of each channel, [N,C,…] to [N,C]",
                                               [](const PowerText& text) { return GlobalLpPool(text.p); });

// Each output of a global pool reads its whole channel.
Work whole_channels(const Tensors& inputs) { return {.connections = sample_elements(inputs.at(0))}; }

void check_spatial(const Padded& x) {
  if (x.axis >= 2) return;
  throw ShapeError(fmt::format("the padded axis of {} is {}; expected a spatial axis, 2 or more",
                               x.values.shape().to_string(), x.axis));
}

}  // namespace

LpPoolLayer::LpPoolLayer(int spatial, const PerAxis& window, const LpPoolOptions& options)
    : spatial_(spatial), window_(window), options_(options) {
  const std::string owner = fmt::format("LpPool{}d", spatial);
  options::check(owner, LpPoolText{window, options});
  check_per_axis(owner, "window", window, spatial);
  check_per_axis(owner, "stride", options.stride, spatial, true);
  check_per_axis(owner, "dilation", options.dilation, spatial, true);
  check_padding(owner, options.padding, spatial);
  options_.padding = for_each_axis(options.padding, spatial);
}

Tensor LpPoolLayer::forward(const Tensor& x) const {
  const PoolOptions options{.kernel = window_,
                            .stride = options_.stride,
                            .dilation = options_.dilation,
                            .padding = options_.padding,
                            .ceil_mode = options_.ceil_mode};
  if (spatial_ == 1) return lp_pool1d(x, options_.p, options);
  return spatial_ == 2 ? lp_pool2d(x, options_.p, options) : lp_pool3d(x, options_.p, options);
}

std::string LpPoolLayer::describe() const {
  return fmt::format("{} {}", type(), fmt::join(for_each_axis(window_, spatial_), "x"));
}

Work LpPoolLayer::work() const { return {.fan_in = Shape(for_each_axis(window_, spatial_)).elements()}; }

std::optional<LayerText> LpPoolLayer::text() const {
  return kLpPools[spatial_ - 1].text({window_, options_});
}

AdaptivePoolLayer::AdaptivePoolLayer(Function function, int spatial, const PerAxis& output)
    : function_(function), spatial_(spatial), output_(output) {
  constexpr std::string_view owner = "adaptive pooling";
  options::check(owner, AdaptiveText{output});
  check_per_axis(owner, "output", output, spatial);
}

std::string AdaptivePoolLayer::describe() const {
  return fmt::format("{} {}", type(), fmt::join(for_each_axis(output_, spatial_), "x"));
}

// Windows overlap where the output does not divide the input.
Work AdaptivePoolLayer::work_of(const Tensors& inputs, const Tensors&) const {
  const Shape& x = inputs.at(0).shape();
  std::int64_t elements = std::max<std::int64_t>(x[1], 0);
  const std::vector<std::int64_t> outputs = for_each_axis(output_, spatial_);
  for (int k = 0; k < spatial_; ++k) {
    const std::int64_t in = x[k + 2], out = outputs[static_cast<std::size_t>(k)];
    std::int64_t along = 0;
    for (std::int64_t o = 0; o < out && in > 0; ++o) along += ((o + 1) * in + out - 1) / out - o * in / out;
    elements *= along;
  }
  return {.connections = elements};
}

std::optional<LayerText> AdaptivePoolLayer::text() const {
  for (const auto& [function, registered] : kAdaptive) {
    if (function == function_) return registered.text({output_});
  }
  return std::nullopt;
}

Tensor GlobalMaxPool::forward(const Tensor& x) const { return flatten(global_max_pool(x), 1); }

Padded GlobalMaxPool::forward_padded(const Padded& x) const {
  check_spatial(x);
  if (!is_floating(x.values.dtype()))
    throw DTypeError(fmt::format("padded values are {}; expected floating numbers", name(x.values.dtype())));
  const double lowest = -std::numeric_limits<double>::infinity();
  const Tensor largest = forward(x.filled(lowest));
  return {where(equal(largest, lowest), 0, largest), {}};
}

Work GlobalMaxPool::work_of(const Tensors& inputs, const Tensors&) const { return whole_channels(inputs); }
std::optional<LayerText> GlobalMaxPool::text() const { return kGlobalMaxPool.text(); }

GlobalLpPool::GlobalLpPool(double p) : p_(p) { options::check("GlobalLpPool", PowerText{p}); }

Tensor GlobalLpPool::forward(const Tensor& x) const { return flatten(global_lp_pool(x, p_), 1); }

Padded GlobalLpPool::forward_padded(const Padded& x) const {
  check_spatial(x);
  return {forward(x.filled()), {}};
}

Work GlobalLpPool::work_of(const Tensors& inputs, const Tensors&) const { return whole_channels(inputs); }
std::optional<LayerText> GlobalLpPool::text() const { return kGlobalLpPool.text({p_}); }

}  // namespace luge::nn
