#include "luge/nn/conv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "nn/padded_window.h"

namespace luge::nn {
ConvLayer::ConvLayer(int spatial, std::int64_t filters, const ConvLayerOptions& options)
    : spatial_(spatial), filters_(filters), options_(options) {
  const auto kernel = for_each_axis(options.kernel, spatial);
  if (filters < 1)
    throw ValueError(fmt::format("Conv{}d: {} filters; expected at least 1", spatial, filters));
  if (options.groups < 1)
    throw ValueError(fmt::format("Conv{}d: groups is {}; expected at least 1", spatial, options.groups));
  if (kernel.size() != static_cast<std::size_t>(spatial)) {
    throw ValueError(
        fmt::format("Conv{}d: kernel has {} numbers; expected 1 or {}", spatial, kernel.size(), spatial));
  }
  for (std::int64_t extent : kernel) {
    if (extent < 1)
      throw ValueError(fmt::format("Conv{}d: kernel is {}; expected at least 1", spatial, extent));
  }
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
                            .groups = options_.groups};
  if (spatial_ == 1) return conv1d(x, weight, bias, options);
  return spatial_ == 2 ? conv2d(x, weight, bias, options) : conv3d(x, weight, bias, options);
}

Padded ConvLayer::forward_padded(const Padded& x) const {
  const PaddedWindow window{spatial_, options_.kernel, options_.stride, options_.dilation, options_.padding};
  const Tensor y = forward(x.filled());
  return {y, window.lengths(x), x.axis};
}

std::string ConvLayer::describe() const {
  return fmt::format("{} {}", type(), fmt::join(for_each_axis(options_.kernel, spatial_), "x"));
}

Work ConvLayer::work() const {
  const Shape& w = weight.variable().shape();
  return {.fan_in = w.elements() / w[0], .bias = bias.defined(), .multiplies = true};
}

}  // namespace luge::nn
