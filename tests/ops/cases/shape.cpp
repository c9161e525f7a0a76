#include "luge/ops/shape.h"

#include "luge/ops/math.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

OpCase moving(std::string name, std::function<Tensor(const Tensor&)> f, const std::vector<Shape>& shapes) {
  OpCase row{.name = std::move(name), .build = of_one(std::move(f)), .inputs = {}};
  for (const Shape& shape : shapes) row.inputs.push_back({uniform(shape)});
  row.integers = true;
  return row;
}

using T = const Tensor&;

const OpCases axes = {
    moving("reshape",
           [](T x) {
             return reshape(x, {-1, 6});
           },
           {{3, 4}, {2, 3, 2}, {0, 6}}),
    moving("reshape/flat", [](T x) { return reshape(x, {-1}); }, {{3, 4}, {2, 3, 2}, {}, {0, 3}}),
    moving("flatten", [](T x) { return flatten(x, 1); }, {{3, 4}, {2, 3, 2}, {2, 0, 3}}),
    moving("flatten/all", [](T x) { return flatten(x); }, {{3, 4}, {}}),
    moving("unflatten",
           [](T x) {
             return unflatten(x, 1, {2, -1});
           },
           {{3, 4}, {2, 6, 2}}),
    moving("squeeze", [](T x) { return squeeze(x, 1); }, {{3, 1}, {2, 1, 2}}),
    moving("unsqueeze",
           [](T x) {
             return unsqueeze(x, {0, -1});
           },
           {{3, 4}, {}}),
    moving("transpose", [](T x) { return transpose(x); }, {{3, 4}, {2, 3, 5}, {0, 2}}),
    moving("permute",
           [](T x) {
             return permute(x, {2, 0, 1});
           },
           {{2, 3, 5}, {17, 3, 2}}),
    moving("broadcast_to",
           [](T x) {
             return broadcast_to(x, {2, -1, 4});
           },
           {{3, 4}, {3, 1}}),
    moving("expand",
           [](T x) {
             return expand(x, {2, 1, 4});
           },
           {{3, 4}, {3, 1}}),
    moving("expand/nothing",
           [](T x) {
             return expand(x, {1, 1, 4});
           },
           {{2, 0, 1}}),
    moving("flip",
           [](T x) {
             return flip(x, {0, -1});
           },
           {{3, 4}, {2, 3, 5}, {0, 2}}),
    moving("roll", [](T x) { return roll(x, 2, 0); }, {{3, 4}, {5}, {1, 2}}),
    moving("roll/back", [](T x) { return roll(x, -7, -1); }, {{3, 4}, {5}}),
    moving("tile",
           [](T x) {
             return tile(x, {2, 1, 3});
           },
           {{3, 2}, {2, 3, 2}}),
    moving("repeat", [](T x) { return repeat(x, 3, 1); }, {{3, 2}, {2, 3, 2}}),
    moving("triu", [](T x) { return triu(x); }, {{3, 4}, {4, 3}, {2, 3, 3}}),
    moving("triu/above", [](T x) { return triu(x, 1); }, {{3, 4}}),
    moving("tril", [](T x) { return tril(x, -1); }, {{3, 4}, {4, 3}}),
    moving("diag/of vector", [](T x) { return diag(x); }, {{4}, {1}, {0}}),
    moving("diag/of vector above", [](T x) { return diag(x, 2); }, {{4}}),
    moving("diag/of vector below", [](T x) { return diag(x, -1); }, {{4}}),
    moving("diag/of matrix", [](T x) { return diag(x); }, {{3, 3}, {3, 5}, {5, 3}}),
    moving("diag/of matrix above", [](T x) { return diag(x, 1); }, {{3, 5}, {5, 3}, {1, 1}}),
    moving("diag/of matrix below", [](T x) { return diag(x, -2); }, {{3, 5}, {5, 3}}),
    moving("depth_to_space", [](T x) { return depth_to_space(x, 2); }, {{2, 8, 2, 3}}),
    moving("depth_to_space/crd", [](T x) { return depth_to_space(x, 2, DepthOrder::column_row_depth); },
           {{2, 8, 2, 3}}),
    moving("space_to_depth", [](T x) { return space_to_depth(x, 2); }, {{2, 2, 4, 6}}),
    moving("space_to_depth/crd", [](T x) { return space_to_depth(x, 2, DepthOrder::column_row_depth); },
           {{2, 2, 4, 6}}),
};

const OpCases slices = {
    moving("slice", [](T x) { return slice(x, {.axis = 1, .start = 1, .stop = -1}); }, {{3, 4}, {2, 5, 2}}),
    moving("slice/steps", [](T x) { return slice(x, {.axis = 0, .start = 1, .step = 2}); },
           {{5, 2}, {4}, {0, 2}}),
    moving("slice/backwards",
           [](T x) { return slice(x, {.axis = 0, .start = -2, .stop = SliceOptions::end, .step = -2}); },
           {{5, 2}, {6}}),
    moving("slice/outside", [](T x) { return slice(x, {.axis = 1, .start = -99, .stop = 99}); }, {{3, 4}}),
    moving("slice/nothing", [](T x) { return slice(x, {.axis = 1, .start = 3, .stop = 1}); }, {{3, 4}}),
    moving("select", [](T x) { return select(x, 1, -2); }, {{3, 4}, {2, 3, 5}}),
};

const OpCases joins = {
    {.name = "concat",
     .build = [](const Tensors& in) { return Tensors{concat(in, 0)}; },
     .inputs = {{uniform({2, 3}), uniform({1, 3}), uniform({0, 3})}},
     .integers = true},
    {.name = "concat/last",
     .build = [](const Tensors& in) { return Tensors{concat(in, -1)}; },
     .inputs = {{uniform({3, 2}), uniform({3, 4})}, {uniform({2, 3, 1}), uniform({2, 3, 2})}},
     .integers = true},
    {.name = "concat/many",
     .build = [](const Tensors& in) { return Tensors{concat(Tensors(20, in[0]), 0)}; },
     .inputs = {{uniform({1, 3})}}},
    {.name = "stack",
     .build = [](const Tensors& in) { return Tensors{stack(in, 1)}; },
     .inputs = {{uniform({3, 2}), uniform({3, 2})}},
     .integers = true},
    {.name = "stack/of numbers",
     .build = [](const Tensors& in) { return Tensors{stack(in)}; },
     .inputs = {{uniform({}), uniform({})}},
     .integers = true},
    {.name = "split",
     .build =
         [](const Tensors& in) {
           return split(in[0], {1, 3}, 1);
         },
     .inputs = {{uniform({3, 4})}},
     .integers = true},
    {.name = "chunk",
     .build = [](const Tensors& in) { return chunk(in[0], 3, 1); },
     .inputs = {{uniform({3, 5})}, {uniform({3, 4})}},
     .integers = true},
};

OpCase padded(const std::string& name, PadMode mode) {
  return moving(name,
                [mode](T x) {
                  return pad(x, {{0, 1, 2}, {-1, 2, 0}}, {.mode = mode, .value = 0});
                },
                {{3, 4}, {4, 2, 5}});
}
const OpCases pads = {
    padded("pad/constant", PadMode::constant),
    padded("pad/reflect", PadMode::reflect),
    padded("pad/replicate", PadMode::replicate),
    padded("pad/circular", PadMode::circular),
    moving("pad/value",
           [](T x) {
             return pad(x, {{1, 1, 1}}, {.value = 3});
           },
           {{3, 4}, {2, 0}}),
};

const OpCases likes = {
    {.name = "reshape_like",
     .build = of_two([](T x, T like) { return reshape_like(x, like); }),
     .inputs = {{uniform({3, 2, 2}), uniform({3, 4})}},
     .golden = false},
    {.name = "broadcast_like",
     .build = of_two([](T x, T like) { return broadcast_like(x, like); }),
     .inputs = {{uniform({4}), uniform({3, 4})}, {uniform({3, 1}), uniform({3, 4})}},
     .golden = false},
    {.name = "sum_like",
     .build = of_two([](T x, T like) { return sum_like(x, like); }),
     .inputs = {{uniform({3, 4}), uniform({4})},
                {uniform({3, 4}), uniform({3, 1})},
                {uniform({2, 3, 4}), uniform({1, 1})}},
     .golden = false},
    {.name = "zeros_like",
     .build = of_one([](T x) { return x + zeros_like(x); }),
     .inputs = {{uniform({3, 4})}},
     .golden = false},
    {.name = "ones_like",
     .build = of_one([](T x) { return x * ones_like(x); }),
     .inputs = {{uniform({3, 4})}},
     .golden = false},
    {.name = "full_like",
     .build = of_one([](T x) { return x * full_like(x, 3); }),
     .inputs = {{uniform({3, 4})}},
     .golden = false},
    {.name = "iota_like",
     .build = of_one([](T x) { return x * cast(iota_like(x, 1), x.dtype()); }),
     .inputs = {{uniform({3, 4})}, {uniform({2, 3, 2})}},
     .halves = false,
     .golden = false},
};

}  // namespace
}  // namespace luge::testing
