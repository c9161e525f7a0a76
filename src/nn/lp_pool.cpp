#include "luge/nn/lp_pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/facts.h"
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

template <class Pool, int spatial>
Pool from_text(const LpPoolText& text) {
  check_padding_text(text.options.padding, spatial);
  return Pool(text.window, text.options);
}

const RegisteredLayer<LpPoolText> kLpPools[] = {
    {"lp-pool1d", "p-norm of each window of [N,C,W]", from_text<LpPool1d, 1>},
    {"lp-pool2d", "p-norm of each window of images [N,C,H,W]", from_text<LpPool2d, 2>},
    {"lp-pool3d", "p-norm of each window of volumes [N,C,D,H,W]", from_text<LpPool3d, 3>}};

constexpr Facts kLpPoolFacts = {.formula = "y = (Σ |x|^p)^(1/p) in each window",
                                .parameters = "none",
                                .output =
                                    "[N,C,…], each spatial extent ⌊(n + padding - dilation·(window - 1) - "
                                    "1)/stride⌋ + 1; the stride is the window unless it is given",
                                .use = "between the sum (p = 1) and the largest (large p)."};
const bool told_lp_pool = facts::add(
    "layer", {{"lp-pool1d", kLpPoolFacts}, {"lp-pool2d", kLpPoolFacts}, {"lp-pool3d", kLpPoolFacts}});

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

}  // namespace luge::nn
