#include "io/model/check_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"

namespace luge::io {
namespace {

std::string text_of(DType dtype, const Shape& shape) {
  return fmt::format("{}{}", name(dtype), shape.to_string());
}

void check_input(const std::string& who, const nn::TensorSpec& spec, const Tensor& given) {
  const auto text = [&](const std::string& what) {
    return fmt::format("{}the input '{}' is {}; expected {}{}", who, spec.name,
                       text_of(given.dtype(), given.shape()), text_of(spec.dtype, spec.shape), what);
  };
  if (given.dtype() != spec.dtype) throw DTypeError(text("; cast it first"));
  if (given.rank() != spec.shape.rank()) {
    throw ShapeError(text(given.rank() + 1 == spec.shape.rank()
                              ? "; a batch of one sample needs an axis more, "
                                "as unsqueeze(x, 0) adds it"
                              : ""));
  }
  for (int axis = 0; axis < given.rank(); ++axis) {
    const std::int64_t have = given.shape()[axis], want = spec.shape[axis];
    if (have != want && have != unknown && want != unknown)
      throw ShapeError(text(fmt::format(" (axis {})", axis)));
  }
}

}  // namespace

Tensors select_inputs(const std::string& who, const std::vector<nn::TensorSpec>& specs,
                      const NamedTensors& given) {
  Tensors inputs;
  for (const nn::TensorSpec& spec : specs) {
    const Tensor* found = given.find(spec.name);
    if (!found) {
      std::vector<std::string> wanted;
      for (const nn::TensorSpec& each : specs) wanted.push_back(each.name);
      throw ValueError(fmt::format("{}the input '{}' is missing; given are: {}; the inputs are: {}", who,
                                   spec.name, fmt::join(given.names(), ", "), fmt::join(wanted, ", ")));
    }
    inputs.push_back(*found);
  }
  return inputs;
}

void check_inputs(const std::string& who, const std::vector<nn::TensorSpec>& specs, const Tensors& given,
                  std::int64_t batch_axis) {
  const int axis = static_cast<int>(batch_axis);
  const std::string* first = nullptr;
  std::int64_t rows = unknown;
  for (std::size_t k = 0; k < specs.size(); ++k) {
    check_input(who, specs[k], given[k]);
    if (axis < 0 || axis >= given[k].rank() || specs[k].shape[axis] != unknown) continue;
    const std::int64_t have = given[k].shape()[axis];
    if (have == unknown) continue;
    if (first && have != rows) {
      throw ShapeError(
          fmt::format("{}the input '{}' has {} rows and '{}' has {} (axis {}); expected the same", who,
                      specs[k].name, have, *first, rows, axis));
    }
    if (!first) first = &specs[k].name, rows = have;
  }
}

}  // namespace luge::io
