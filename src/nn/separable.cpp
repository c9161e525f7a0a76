#include "luge/nn/separable.h"

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

struct DepthwiseText {
  DepthwiseOptions options = {};
  static void fields(auto& self, auto&& field) {
    auto& own = self.options;
    field("kernel", own.kernel, "extents of the kernel", elsewhere({"kernel_size", "size"}));
    field("stride", own.stride, "elements that the kernel moves by", elsewhere({"strides"}));
    field("padding", own.padding, "how the input is extended at its border", elsewhere({"pad", "pads"}));
    field("dilation", own.dilation, "distance between two taps of the kernel",
          elsewhere({"dilation_rate", "dilations"}));
    field("multiplier", own.multiplier, "kernels for each channel", at_least(1),
          elsewhere({"depth_multiplier"}));
    field("bias", own.bias, "add a bias", elsewhere({"use_bias"}));
    field("init", own.init, "initial value of the weights", elsewhere({"initializer", "kernel_initializer"}));
    field("bias_init", own.bias_init, "initial value of bias", elsewhere({"bias_initializer"}));
    field("border", own.border, "what the padding holds", elsewhere({"padding_mode"}));
  }
};

struct SeparableText {
  std::int64_t filters = 0;
  DepthwiseOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("filters", self.filters, "number of output channels", at_least(1), required,
          elsewhere({"outputs", "out_channels", "channels"}));
    DepthwiseText::fields(self, field);
  }
};

const RegisteredLayer<DepthwiseText> kDepthwise("depthwise-conv2d",
                                                "convolution of each channel of images [N,C,H,W]",
                                                [](const DepthwiseText& text) {
                                                  check_padding_text(text.options.padding, 2);
                                                  return DepthwiseConv2d(text.options);
                                                });
const RegisteredLayer<SeparableText> kSeparable("separable-conv2d",
                                                "depthwise convolution, then a 1x1 convolution",
                                                [](const SeparableText& text) {
                                                  check_padding_text(text.options.padding, 2);
                                                  return SeparableConv2d(text.filters, text.options);
                                                });

DepthwiseOptions without_bias(DepthwiseOptions options) {
  options.bias = false;
  return options;
}

const bool told_separable = facts::add(
    "layer",
    {{"depthwise-conv2d",
      {.formula = "y of channel c = Σ over the kernel of w_c·x_c + b: each channel by itself",
       .parameters = "C·multiplier·k + C·multiplier, where k is the product of the kernel extents",
       .output = "[N,C·multiplier,H,W], spatial extents as conv2d",
       .use = "with a 1x1 convolution after it in place of conv2d, at a fraction of its work, as in "
              "MobileNet."}},
     {"separable-conv2d",
      {.formula = "y = a 1x1 convolution of a depthwise convolution",
       .parameters =
           "C·multiplier·k + filters·C·multiplier + filters, where k is the product of the kernel extents",
       .output = "[N,filters,H,W], spatial extents as conv2d",
       .use = "in place of conv2d with about 1/k + 1/filters of its multiply-adds."}}});

}  // namespace

DepthwiseConv2d::DepthwiseConv2d(const DepthwiseOptions& options) : options_(options) {
  constexpr std::string_view owner = "DepthwiseConv2d";
  options::check(owner, DepthwiseText{options});
  check_per_axis(owner, "kernel", options.kernel, 2);
  check_per_axis(owner, "stride", options.stride, 2, true);
  check_per_axis(owner, "dilation", options.dilation, 2, true);
  check_padding(owner, options.padding, 2);
  options_.padding = for_each_axis(options.padding, 2);
  weight = parameter("weight");
  if (options.bias) bias = parameter("bias");
}

void DepthwiseConv2d::create_parameters(const Tensor& x) const {
  if (x.rank() != 4 || x.extent(1) == unknown) {
    throw ShapeError(
        fmt::format("input {} has {} axes; expected 4: [N,C,height,width]", x.shape().to_string(), x.rank()));
  }
  const std::int64_t filters = Shape{x.extent(1), options_.multiplier}.elements();
  Shape shape{filters, 1};
  for (std::int64_t extent : for_each_axis(options_.kernel, 2)) shape = shape.appended(extent);
  const init::Fans fans = init::fans_of(shape);
  create(weight, options_.init(shape, fans, x.dtype()));
  if (bias.defined()) create(bias, options_.bias_init(Shape{filters}, fans, x.dtype()));
}

Tensor DepthwiseConv2d::forward(const Tensor& x) const {
  return conv2d(x, weight, bias,
                {.stride = options_.stride,
                 .dilation = options_.dilation,
                 .padding = options_.padding,
                 .groups = weight.variable().shape()[0] / options_.multiplier,
                 .border = options_.border});
}

std::optional<LayerText> DepthwiseConv2d::text() const { return kDepthwise.text({options_}); }

std::string DepthwiseConv2d::describe() const {
  return fmt::format("DepthwiseConv2d {}", fmt::join(for_each_axis(options_.kernel, 2), "x"));
}

Work DepthwiseConv2d::work() const {
  const Shape& w = weight.variable().shape();
  return {.fan_in = w[2] * w[3], .bias = bias.defined(), .multiplies = true};
}

SeparableConv2d::SeparableConv2d(std::int64_t filters, const DepthwiseOptions& options)
    : filters_(filters),
      options_(options),
      depthwise_(child("depthwise", DepthwiseConv2d(without_bias(options)))),
      pointwise_(child("pointwise", Conv2d(filters, {.kernel = 1,
                                                     .bias = options.bias,
                                                     .init = options.init,
                                                     .bias_init = options.bias_init}))) {
  options_.padding = for_each_axis(options.padding, 2);
}

Tensor SeparableConv2d::forward(const Tensor& x) const { return pointwise_(depthwise_(x)); }

std::optional<LayerText> SeparableConv2d::text() const { return kSeparable.text({filters_, options_}); }

std::string SeparableConv2d::describe() const {
  return fmt::format("SeparableConv2d {}", fmt::join(for_each_axis(options_.kernel, 2), "x"));
}

}  // namespace luge::nn
