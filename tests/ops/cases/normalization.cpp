#include "luge/ops/normalization.h"

#include "luge/ops/math.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

Tensors normalized(const Tensors& in) {
  const BatchNormed result = batch_norm(in[0], in[1], in[2]);
  return {result.y};
}
// Statistics and all: their gradients go through the decomposition.
Tensors with_statistics(const Tensors& in) {
  const BatchNormed result = batch_norm(in[0], in[1], in[2], 1e-3);
  return {result.y, result.mean, result.variance};
}

Inputs of_channels(const Shape& x, std::int64_t channels, std::size_t values) {
  Inputs inputs = {uniform(x)};
  for (std::size_t k = 0; k < values; ++k) inputs.push_back(uniform({channels}, 0.5, 2));
  return inputs;
}

const OpCases batch_norms = {
    {.name = "batch_norm",
     .build = normalized,
     .inputs = {of_channels({3, 2, 2, 3}, 2, 2), of_channels({5, 3}, 3, 2), of_channels({2, 17, 3}, 17, 2),
                of_channels({3, 2, 2, 1, 3}, 2, 2)},
     .second = false,  // Σy does not depend on x: nothing but rounding to compare
     .halves = false,
     .tolerance = 1e-11},
    {.name = "batch_norm/squared",
     .build = [](const Tensors& in) { return Tensors{square(batch_norm(in[0], in[1], in[2]).y)}; },
     .inputs = {of_channels({3, 2, 2, 3}, 2, 2)},
     .halves = false,
     .golden = false,
     .tolerance = 1e-11},
    {.name = "batch_norm/statistics",
     .build = with_statistics,
     .inputs = {of_channels({3, 2, 2, 3}, 2, 2), of_channels({2, 16, 2, 3}, 16, 2)},
     .halves = false,
     .tolerance = 1e-11},
    {.name = "batch_norm_inference",
     .build =
         [](const Tensors& in) { return Tensors{batch_norm_inference(in[0], in[1], in[2], in[3], in[4])}; },
     .inputs = {of_channels({3, 2, 2, 3}, 2, 4), of_channels({2, 17}, 17, 4), of_channels({0, 3, 2}, 3, 4)},
     .halves = false},
};

const OpCases layer_norms = {
    {.name = "layer_norm",
     .build = of_three([](T x, T w, T b) { return layer_norm(x, w, b); }),
     .inputs = {{uniform({3, 5}), uniform({5}), uniform({5})},
                {uniform({2, 3, 33}), uniform({33}), uniform({33})},
                {uniform({0, 4}), uniform({4}), uniform({4})}},
     .halves = false,
     .tolerance = 1e-11},
    {.name = "layer_norm/two axes",
     .build = of_two([](T x, T w) { return layer_norm(x, w, {}, 1, 1e-3); }),
     .inputs = {{uniform({3, 2, 4}), uniform({2, 4})}},
     .halves = false,
     .tolerance = 1e-11},
    {.name = "layer_norm/whole",
     .build = of_three([](T x, T w, T b) { return layer_norm(x, w, b, 0); }),
     .inputs = {{uniform({3, 4}), uniform({3, 4}), uniform({3, 4})}},
     .halves = false,
     .batch = false},
};

}  // namespace
}  // namespace luge::testing
