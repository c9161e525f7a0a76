#include "luge/nn/conv_transpose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "nn/padded_window.h"
#include "nn/registered_layer.h"
#include "nn/window_options.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::required;

struct ConvTransposeText {
  std::int64_t filters = 0;
  ConvTransposeLayerOptions options = {};
  static void fields(auto& self, auto&& field) {
    auto& own = self.options;
    field("filters", self.filters, "number of output channels", at_least(1), required,
          elsewhere({"outputs", "out_channels", "channels"}));
    field("kernel", own.kernel, "extents of the kernel", elsewhere({"kernel_size", "size"}));
    field("stride", own.stride, "elements between the copies of the kernel in the output",
          elsewhere({"strides"}));
    field("padding", own.padding, "how many elements are cut off at the border of the output",
          elsewhere({"pad", "pads"}));
    field("dilation", own.dilation, "distance between two taps of the kernel",
          elsewhere({"dilation_rate", "dilations"}));
    field("output_padding", own.output_padding, "elements more at the end of the output; below the stride",
          at_least(0));
    field("groups", own.groups, "number of independent convolutions", at_least(1), elsewhere({"group"}));
    field("bias", own.bias, "add a bias", elsewhere({"use_bias"}));
    field("init", own.init, "initial value of weight", elsewhere({"initializer", "kernel_initializer"}));
    field("bias_init", own.bias_init, "initial value of bias", elsewhere({"bias_initializer"}));
  }
};

template <class Conv, int spatial>
Conv from_text(const ConvTransposeText& text) {
  check_padding_text(text.options.padding, spatial);
  return Conv(text.filters, text.options);
}

const RegisteredLayer<ConvTransposeText> kConvs[] = {
    {"conv-transpose1d", "transposed convolution of sequences [N,C,W]", from_text<ConvTranspose1d, 1>},
    {"conv-transpose2d", "transposed convolution of images [N,C,H,W]", from_text<ConvTranspose2d, 2>},
    {"conv-transpose3d", "transposed convolution of volumes [N,C,D,H,W]", from_text<ConvTranspose3d, 3>}};

PerAxis axes_of(const std::vector<std::int64_t>& numbers) {
  PerAxis result;
  result.values = numbers;
  return result;
}

constexpr Facts kConvTransposeFacts = {
    .formula =
        "y = Σ of copies of the kernel, stride elements apart, each times an input: the gradient of a "
        "convolution by its input",
    .parameters = "C·(filters/groups)·k + filters, where k is the product of the kernel extents",
    .output =
        "[N,filters,…], each spatial extent (n - 1)·stride - padding + dilation·(kernel - 1) + "
        "output_padding + 1",
    .use =
        "to enlarge pictures by learned weights, as in segmentation and generators. A kernel that the stride "
        "does not divide leaves a checkered pattern."};
const bool told_conv_transpose = facts::add("layer", {{"conv-transpose1d", kConvTransposeFacts},
                                                      {"conv-transpose2d", kConvTransposeFacts},
                                                      {"conv-transpose3d", kConvTransposeFacts}});

}  // namespace

ConvTransposeLayer::ConvTransposeLayer(int spatial, std::int64_t filters,
                                       const ConvTransposeLayerOptions& options)
    : spatial_(spatial), filters_(filters), options_(options) {
  const std::string owner = fmt::format("ConvTranspose{}d", spatial);
  options::check(owner, ConvTransposeText{filters, options});
  check_per_axis(owner, "kernel", options.kernel, spatial);
  check_per_axis(owner, "stride", options.stride, spatial, true);
  check_per_axis(owner, "dilation", options.dilation, spatial, true);
  check_per_axis(owner, "output_padding", axes_of(options.output_padding), spatial, true);
  check_padding(owner, options.padding, spatial);
  if (filters % options.groups != 0) {
    throw options::OptionError(
        owner, options::OptionError("groups", fmt::format("{} filters are not divisible by {} groups",
                                                          filters, options.groups)));
  }
  options_.padding = for_each_axis(options.padding, spatial);
  weight = parameter("weight");
  if (options.bias) bias = parameter("bias");
}

void ConvTransposeLayer::create_parameters(const Tensor& x) const {
  if (x.rank() != spatial_ + 2 || x.extent(1) == unknown) {
    constexpr const char* axes[] = {"length", "height,width", "depth,height,width"};
    throw ShapeError(fmt::format("input {} has {} axes; expected {}: [N,C,{}]", x.shape().to_string(),
                                 x.rank(), spatial_ + 2, axes[spatial_ - 1]));
  }
  if (x.extent(1) % options_.groups != 0) {
    throw ShapeError(
        fmt::format("{} input channels are not divisible by {} groups", x.extent(1), options_.groups));
  }
  Shape shape{x.extent(1), filters_ / options_.groups};
  for (std::int64_t extent : for_each_axis(options_.kernel, spatial_)) shape = shape.appended(extent);
  const init::Fans fans = init::fans_of(shape);
  create(weight, options_.init(shape, fans, x.dtype()));
  if (bias.defined()) create(bias, options_.bias_init(Shape{filters_}, fans, x.dtype()));
}

Tensor ConvTransposeLayer::forward(const Tensor& x) const {
  const ConvTransposeOptions options{.stride = options_.stride,
                                     .dilation = options_.dilation,
                                     .padding = options_.padding,
                                     .output_padding = axes_of(options_.output_padding),
                                     .groups = options_.groups};
  if (spatial_ == 1) return conv_transpose1d(x, weight, bias, options);
  return spatial_ == 2 ? conv_transpose2d(x, weight, bias, options)
                       : conv_transpose3d(x, weight, bias, options);
}

std::optional<LayerText> ConvTransposeLayer::text() const {
  return kConvs[spatial_ - 1].text({filters_, options_});
}

std::string ConvTransposeLayer::describe() const {
  return fmt::format("{} {}", type(), fmt::join(for_each_axis(options_.kernel, spatial_), "x"));
}

// Each input element meets the whole kernel of its channel.
Work ConvTransposeLayer::work_of(const Tensors& inputs, const Tensors& outputs) const {
  const Shape& w = weight.variable().shape();
  const std::int64_t macs = sample_elements(inputs.at(0)) * (w[0] > 0 ? w.elements() / w[0] : 0);
  return {.macs = macs, .connections = macs + (bias.defined() ? sample_elements(outputs.at(0)) : 0)};
}

}  // namespace luge::nn
