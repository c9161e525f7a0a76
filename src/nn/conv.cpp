#include "luge/nn/conv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "nn/padded_window.h"
#include "nn/registered_layer.h"
#include "nn/window_options.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::required;

struct ConvText {
  std::int64_t filters = 0;
  ConvLayerOptions options = {};
  static void fields(auto& self, auto&& field) {
    auto& own = self.options;
    field("filters", self.filters, "number of output channels", at_least(1), required,
          elsewhere({"outputs", "out_channels", "channels"}));
    field("kernel", own.kernel, "extents of the kernel", elsewhere({"kernel_size", "size"}));
    field("stride", own.stride, "elements that the kernel moves by", elsewhere({"strides"}));
    field("padding", own.padding, "how the input is extended at its border", elsewhere({"pad", "pads"}));
    field("dilation", own.dilation, "distance between two taps of the kernel",
          elsewhere({"dilation_rate", "dilations"}));
    field("groups", own.groups, "number of independent convolutions", at_least(1), elsewhere({"group"}));
    field("bias", own.bias, "add a bias", elsewhere({"use_bias"}));
    field("init", own.init, "initial value of weight", elsewhere({"initializer", "kernel_initializer"}));
    field("bias_init", own.bias_init, "initial value of bias", elsewhere({"bias_initializer"}));
    field("border", own.border, "what the padding holds", elsewhere({"padding_mode"}));
  }
};

template <class Conv, int spatial>
Conv from_text(const ConvText& text) {
  check_padding_text(text.options.padding, spatial);
  return Conv(text.filters, text.options);
}

const RegisteredLayer<ConvText> kConvs[] = {
    {"conv1d", "convolution of sequences [N,C,W]", from_text<Conv1d, 1>},
    {"conv2d", "convolution of images [N,C,H,W]", from_text<Conv2d, 2>},
    {"conv3d", "convolution of volumes [N,C,D,H,W]", from_text<Conv3d, 3>}};

constexpr Facts kConvFacts = {
    .formula =
        "y at each position = Σ over channels and kernel of w·x + b: a "
        "cross-correlation, the kernel is not flipped",
    .parameters =
        "filters·(C/groups)·k + filters, where k is the product of the kernel extents "
        "(without bias: less filters)",
    .output =
        "[N,filters,…], each spatial extent ⌊(n + padding - dilation·(kernel - 1) - "
        "1)/stride⌋ + 1; with padding=same and stride 1, n",
    .use =
        "where the same pattern may be anywhere: pictures, sound, volumes. Weights are "
        "shared by all positions."};
const bool told_conv =
    facts::add("layer", {{"conv1d", kConvFacts}, {"conv2d", kConvFacts}, {"conv3d", kConvFacts}});

}  // namespace

ConvLayer::ConvLayer(int spatial, std::int64_t filters, const ConvLayerOptions& options)
    : spatial_(spatial), filters_(filters), options_(options) {
  const std::string owner = fmt::format("Conv{}d", spatial);
  options::check(owner, ConvText{filters, options});
  check_per_axis(owner, "kernel", options.kernel, spatial);
  check_per_axis(owner, "stride", options.stride, spatial, true);
  check_per_axis(owner, "dilation", options.dilation, spatial, true);
  check_padding(owner, options.padding, spatial);
  options_.padding = for_each_axis(options.padding, spatial);
  weight = parameter("weight");
  if (options.bias) bias = parameter("bias");
}

void ConvLayer::create_parameters(const Tensor& x) const {
  if (x.rank() != spatial_ + 2 || x.extent(1) == unknown) {
    constexpr const char* axes[] = {"length", "height,width", "depth,height,width"};
    throw ShapeError(fmt::format("input {} has {} axes; expected {}: [N,C,{}]", x.shape().to_string(),
                                 x.rank(), spatial_ + 2, axes[spatial_ - 1]));
  }
  if (x.extent(1) % options_.groups != 0) {
    throw ShapeError(
        fmt::format("{} input channels are not divisible by {} groups", x.extent(1), options_.groups));
  }
  Shape shape{filters_, x.extent(1) / options_.groups};
  for (std::int64_t extent : for_each_axis(options_.kernel, spatial_)) shape = shape.appended(extent);
  const init::Fans fans = init::fans_of(shape);
  create(weight, options_.init(shape, fans, x.dtype()));
  if (bias.defined()) create(bias, options_.bias_init(Shape{filters_}, fans, x.dtype()));
}

Tensor ConvLayer::forward(const Tensor& x) const {
  const ConvOptions options{.stride = options_.stride,
                            .dilation = options_.dilation,
                            .padding = options_.padding,
                            .groups = options_.groups,
                            .border = options_.border};
  if (spatial_ == 1) return conv1d(x, weight, bias, options);
  return spatial_ == 2 ? conv2d(x, weight, bias, options) : conv3d(x, weight, bias, options);
}

Padded ConvLayer::forward_padded(const Padded& x) const {
  if (options_.border != Border::zeros && options_.padding.mode != PaddingMode::valid) {
    throw ValueError(
        "the padding does not hold zeros, which is what follows a shorter sequence; use border = zeros, or "
        "values "
        "without lengths");
  }
  const PaddedWindow window{spatial_, options_.kernel, options_.stride, options_.dilation, options_.padding};
  const Tensor y = forward(x.filled());
  return {y, window.lengths(x), x.axis};
}

std::optional<LayerText> ConvLayer::text() const { return kConvs[spatial_ - 1].text({filters_, options_}); }

std::string ConvLayer::describe() const {
  return fmt::format("{} {}", type(), fmt::join(for_each_axis(options_.kernel, spatial_), "x"));
}

Work ConvLayer::work() const {
  const Shape& w = weight.variable().shape();
  return {.fan_in = w.elements() / w[0], .bias = bias.defined(), .multiplies = true};
}

}  // namespace luge::nn
