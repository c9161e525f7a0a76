#include "luge/nn/linear.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/linalg.h"
#include "nn/padded_axes.h"

namespace luge::nn {

Linear::Linear(std::int64_t outputs, const LinearOptions& options) : outputs_(outputs), options_(options) {
  if (outputs < 1) throw ValueError(fmt::format("Linear: {} outputs; expected at least 1", outputs));
  weight = parameter("weight");
  if (options.bias) bias = parameter("bias");
}

void Linear::create_parameters(const Tensor& x) const {
  if (x.rank() < 2 || x.extent(-1) == unknown) {
    throw ShapeError(fmt::format("input {} does not say how many inputs there are; expected [N,…,inputs]",
                                 x.shape().to_string()));
  }
  const Shape shape{outputs_, x.extent(-1)};
  const init::Fans fans = init::fans_of(shape);
  create(weight, options_.init(shape, fans, x.dtype()));
  if (bias.defined()) create(bias, options_.bias_init(Shape{outputs_}, fans, x.dtype()));
}

Tensor Linear::forward(const Tensor& x) const { return linear(x, weight, bias); }

Padded Linear::forward_padded(const Padded& x) const {
  check_apart(x, -1, 1);
  return x.with(forward(x.values));
}

std::string Linear::describe() const { return fmt::format("Linear {}", outputs_); }

Work Linear::work() const {
  return {.fan_in = weight.variable().shape()[1], .bias = bias.defined(), .multiplies = true};
}

}  // namespace luge::nn
