#include "luge/nn/adaptive_pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "luge/facts.h"
#include "nn/padded_window.h"
#include "nn/registered_layer.h"
#include "nn/window_options.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

using options::elsewhere, options::required;

struct AdaptiveText {
  PerAxis output = {};
  static void fields(auto& self, auto&& field) {
    field("output", self.output, "extents of the output", required, elsewhere({"output_size", "size"}));
  }
};

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

constexpr Facts kAdaptiveAvgPoolFacts = {
    .formula = "y_i = the mean of x from ⌊i·n/output⌋ to ⌈(i + 1)·n/output⌉",
    .parameters = "none",
    .output = "[N,C,…] with the extents output",
    .use = "where pictures of any size should give features of one size."};
constexpr Facts kAdaptiveMaxPoolFacts = {
    .formula = "y_i = the largest x from ⌊i·n/output⌋ to ⌈(i + 1)·n/output⌉",
    .parameters = "none",
    .output = "[N,C,…] with the extents output",
    .use = "where pictures of any size should give features of one size."};
const bool told_adaptive_pool = facts::add("layer", {{"adaptive-avg-pool1d", kAdaptiveAvgPoolFacts},
                                                     {"adaptive-avg-pool2d", kAdaptiveAvgPoolFacts},
                                                     {"adaptive-avg-pool3d", kAdaptiveAvgPoolFacts},
                                                     {"adaptive-max-pool1d", kAdaptiveMaxPoolFacts},
                                                     {"adaptive-max-pool2d", kAdaptiveMaxPoolFacts},
                                                     {"adaptive-max-pool3d", kAdaptiveMaxPoolFacts}});

}  // namespace

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

}  // namespace luge::nn
