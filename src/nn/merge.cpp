#include "luge/nn/merge.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/module_state.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

struct ConcatText {
  int axis = 1;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis, "the axis along which the inputs are joined; 1: the channels, -1: the last",
          options::elsewhere({"dim"}));
  }
};

const RegisteredLayer<> kAdd("add", "the sum of several inputs", [] { return Add(); });
const RegisteredLayer<> kMultiply("multiply", "the product of several inputs", [] { return Multiply(); });
const RegisteredLayer<ConcatText> kConcat("concat", "several inputs joined along an axis",
                                          [](const ConcatText& o) { return Concat(o.axis); });
const RegisteredLayer<> kBroadcastLike("broadcast-like",
                                       "the first input repeated to the shape of the second",
                                       [] { return BroadcastLike(); });

const bool told_merge = facts::add(
    "layer", {{"add",
               {.formula = "y = the sum of the inputs",
                .derivative = "1 by each input",
                .parameters = "none",
                .output = "the shape of the inputs",
                .use = "where branches come together, as in residual networks."}},
              {"multiply",
               {.formula = "y = the product of the inputs",
                .derivative = "by each input, the product of the others",
                .parameters = "none",
                .output = "the shape of the inputs",
                .use = "where one branch says how much of another passes (gates)."}},
              {"concat",
               {.formula = "y = the inputs one after the other along the axis",
                .parameters = "none",
                .output = "the shape of the inputs, extents along the axis added up",
                .use = "where branches come together and all they found is kept, as in U-Net and DenseNet."}},
              {"broadcast-like",
               {.formula = "y = the first input, repeated along axes of extent 1",
                .derivative = "by the first input, 1 for each repetition; by the second, 0",
                .parameters = "none",
                .output = "the shape of the second input",
                .use = "where what was found in a whole picture is given to each pixel, as in DeepLab."}}});

}  // namespace

Tensors Merge::forward(const Tensors& inputs) const {
  if (inputs.size() < 2)
    throw ShapeError(fmt::format("{} tensors are given; expected at least 2", inputs.size()));
  return {merged(inputs)};
}

Padded Merge::merge_padded(const std::vector<Padded>& inputs) const {
  std::optional<CallFrame> frame;  // so that errors begin with the path inside the network
  if (current_call()) frame.emplace(*this);
  try {
    Tensors values;
    Tensor length = inputs.at(0).length;
    for (const Padded& each : inputs) {
      if (!each.length.defined() || each.axis != inputs[0].axis)
        throw ShapeError("the inputs do not all have the same padded axis; expected lengths of each input");
      check_padded_axis(each);
      values.push_back(each.values);
      if (each.length.node() != length.node()) length = minimum(cast(length, i64), cast(each.length, i64));
    }
    return {(*this)(values)[0], length, inputs[0].axis};
  } catch (const Error&) {
    if (frame) rethrow_with_path(*frame);
    throw;
  }
}

void Merge::check_padded_axis(const Padded&) const {}

std::optional<LayerText> Add::text() const { return kAdd.text(); }
std::optional<LayerText> Multiply::text() const { return kMultiply.text(); }
std::optional<LayerText> Concat::text() const { return kConcat.text({axis_}); }
std::string Concat::describe() const { return fmt::format("Concat {}", axis_); }

Tensor Add::merged(const Tensors& inputs) const {
  Tensor sum = inputs[0];
  for (std::size_t k = 1; k < inputs.size(); ++k) {
    if (inputs[k].shape() != sum.shape()) {
      throw ShapeError(fmt::format("input {} is {}, the first is {}; expected equal shapes", k + 1,
                                   inputs[k].shape().to_string(), sum.shape().to_string()));
    }
    sum = sum + inputs[k];
  }
  return sum;
}

Tensor Multiply::merged(const Tensors& inputs) const {
  Tensor product = inputs[0];
  for (std::size_t k = 1; k < inputs.size(); ++k) product = product * inputs[k];
  return product;
}

std::optional<LayerText> BroadcastLike::text() const { return kBroadcastLike.text(); }

Tensor BroadcastLike::merged(const Tensors& inputs) const {
  if (inputs.size() > 2) throw ShapeError(fmt::format("{} tensors are given; expected 2", inputs.size()));
  return broadcast_like(inputs[0], inputs[1]);
}

Tensor Concat::merged(const Tensors& inputs) const { return concat(inputs, axis_); }
void Concat::check_padded_axis(const Padded& x) const { check_apart(x, axis_, 1); }

}  // namespace luge::nn
