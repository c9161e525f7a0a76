#include "luge/ops/reduce.h"

#include <limits>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using Reduce = Tensor (*)(const Tensor&, const Axes&, Keep);

// A reduction over all axes, the first, the last, two that are apart, and with the axes kept.
std::vector<OpCase> over_axes(const std::string& name, Reduce f, Input (*make)(const Shape&, double, double),
                              bool integers, bool empty = true, double low = -2, double high = 2) {
  const auto row = [&](const std::string& how, std::function<Tensor(const Tensor&)> call,
                       std::vector<Shape> shapes) {
    if (!empty)
      std::erase_if(shapes, [](const Shape& shape) { return shape.known() && shape.elements() == 0; });
    OpCase result{.name = name + how, .build = of_one(std::move(call)), .inputs = {}};
    for (const Shape& shape : shapes) result.inputs.push_back({make(shape, low, high)});
    result.integers = integers;
    return result;
  };
  return {
      row("", [f](const Tensor& x) { return f(x, {}, Keep::no); }, {{3, 5}, {2, 3, 7}, {1}, {}, {0, 3}}),
      row("/first", [f](const Tensor& x) { return f(x, 0, Keep::no); }, {{3, 5}, {2, 3, 7}, {4}, {0, 3}}),
      row("/last", [f](const Tensor& x) { return f(x, -1, Keep::no); }, {{3, 5}, {2, 3, 7}, {4}, {3, 0}}),
      row("/two",
          [f](const Tensor& x) {
            return f(x, {0, -1}, Keep::no);
          },
          {{2, 3, 5}, {2, 3, 2, 3}}),
      row("/kept", [f](const Tensor& x) { return f(x, from(1), keep_dims); }, {{3, 5}, {2, 3, 4}}),
  };
}

// Of every row, whether it has gradients.
std::vector<OpCase> without_gradient(std::vector<OpCase> rows) {
  for (OpCase& row : rows) row.gradient = row.second = false;
  return rows;
}

const OpCases sums(over_axes("sum", sum, uniform, true));
const OpCases means(over_axes("mean", mean, uniform, false, false));
const OpCases products(over_axes("prod", prod, uniform, true));
const OpCases largest(over_axes("max", max, distinct, true, false));
const OpCases smallest(over_axes("min", min, distinct, true, false));
const OpCases log_sums(over_axes("logsumexp", logsumexp, uniform, false, false));
const OpCases counts(without_gradient(over_axes("count_nonzero", count_nonzero, uniform, true)));
const OpCases variances(over_axes(
    "var", [](const Tensor& x, const Axes& a, Keep k) { return var(x, a, k, 0); }, uniform, false, false));
const OpCases deviations(over_axes(
    "std", [](const Tensor& x, const Axes& a, Keep k) { return luge::std(x, a, k, 0); }, uniform, false,
    false));

OpCase norm_of(const std::string& name, double p) {
  OpCase row{.name = name,
             .build = of_one([p](const Tensor& x) { return norm(x, p, 1); }),
             .inputs = {{distinct({3, 5})}, {distinct({2, 3, 4}, 0.2, 2)}}};
  row.gradient = row.second = p != 0;
  return row;
}
const OpCases norms = {norm_of("norm/0", 0), norm_of("norm/1", 1), norm_of("norm/2", 2),
                       norm_of("norm/3.5", 3.5),
                       norm_of("norm/infinity", std::numeric_limits<double>::infinity())};

const OpCases sample = {
    {.name = "var/sample",
     .build = of_one([](const Tensor& x) { return var(x, 1); }),
     .inputs = {{uniform({3, 5})}}},
    {.name = "std/sample",
     .build = of_one([](const Tensor& x) { return luge::std(x, 1); }),
     .inputs = {{uniform({3, 5})}}},
};

OpCase position(const std::string& name, std::function<Tensor(const Tensor&)> f) {
  return {.name = name,
          .build = of_one(std::move(f)),
          .inputs = {{distinct({3, 5})}, {distinct({2, 3, 4})}},
          .gradient = false,
          .second = false,
          .integers = true};
}
const OpCases positions = {
    position("argmax", [](const Tensor& x) { return argmax(x); }),
    position("argmax/axis", [](const Tensor& x) { return argmax(x, 1); }),
    position("argmax/kept", [](const Tensor& x) { return argmax(x, -1, keep_dims); }),
    position("argmin", [](const Tensor& x) { return argmin(x); }),
    position("argmin/axis", [](const Tensor& x) { return argmin(x, 0); }),
    position("argsort", [](const Tensor& x) { return argsort(x); }),
    {.name = "count",
     .build = of_one([](const Tensor& x) { return count(x, 0); }),
     .inputs = {{uniform({3, 5})}},
     .gradient = false,
     .second = false,
     .integers = true,
     .golden = false},
};

const OpCases truth = {
    {.name = "any",
     .build = of_one([](const Tensor& x) { return any(x, 1); }),
     .inputs = {{truths({3, 2})}, {truths({3, 0})}},
     .gradient = false,
     .second = false},
    {.name = "all",
     .build = of_one([](const Tensor& x) { return all(x, 1); }),
     .inputs = {{truths({3, 2})}, {truths({3, 0})}},
     .gradient = false,
     .second = false},
};

OpCase running(const std::string& name, Tensor (*f)(const Tensor&, int, CumulativeOptions), int axis,
               CumulativeOptions options) {
  return {.name = name,
          .build = of_one([=](const Tensor& x) { return f(x, axis, options); }),
          .inputs = {{uniform({3, 5})}, {uniform({4, 1, 3})}, {uniform({2, 0})}},
          .integers = true,
          .halves = false};
}
const OpCases running_rows = {
    running("cumsum", cumsum, 1, {}),
    running("cumsum/first", cumsum, 0, {}),
    running("cumsum/exclusive", cumsum, 1, {.exclusive = true}),
    running("cumsum/reverse", cumsum, 1, {.reverse = true}),
    running("cumsum/both", cumsum, 0, {.exclusive = true, .reverse = true}),
    running("cumprod", cumprod, 1, {}),
    running("cumprod/first", cumprod, 0, {}),
    running("cumprod/exclusive", cumprod, 1, {.exclusive = true}),
    running("cumprod/reverse", cumprod, 1, {.reverse = true}),
    {.name = "linear_recurrence",
     .build = of_two([](const Tensor& a, const Tensor& b) { return linear_recurrence(a, b, 1); }),
     .inputs = {{uniform({3, 5}), uniform({3, 5})}, {uniform({2, 4, 3}), uniform({2, 4, 3})}},
     .integers = true,
     .halves = false},
};

// Zeros among the factors: a gradient by division would be NaN.
const OpCases with_zeros = {
    {.name = "prod/zeros",
     .build = of_one([](const Tensor& x) { return prod(x, 1); }),
     .inputs = {{sparse({4, 4})}, {sparse({1, 7})}}},
    {.name = "cumprod/zeros",
     .build = of_one([](const Tensor& x) { return cumprod(x, 1); }),
     .inputs = {{sparse({4, 4})}, {sparse({1, 7})}},
     .halves = false},
};

const OpCases orders = {
    {.name = "sort",
     .build =
         [](const Tensors& in) {
           const Sorted s = sort(in[0]);
           return Tensors{s.values, s.indices};
         },
     .inputs = {{distinct({3, 5})}, {distinct({7})}, {distinct({2, 0})}},
     .integers = true},
    {.name = "sort/first descending",
     .build =
         [](const Tensors& in) {
           const Sorted s = sort(in[0], 0, {.descending = true});
           return Tensors{s.values, s.indices};
         },
     .inputs = {{distinct({3, 5})}, {distinct({2, 3, 4})}},
     .integers = true},
    {.name = "topk",
     .build =
         [](const Tensors& in) {
           const Sorted s = topk(in[0], 2);
           return Tensors{s.values, s.indices};
         },
     .inputs = {{distinct({3, 5})}, {distinct({2, 3, 4})}},
     .integers = true},
    {.name = "topk/smallest",
     .build =
         [](const Tensors& in) {
           const Sorted s = topk(in[0], 3, {.axis = 1, .largest = false});
           return Tensors{s.values, s.indices};
         },
     .inputs = {{distinct({3, 5})}},
     .integers = true},
    {.name = "median",
     .build = of_one([](const Tensor& x) { return median(x); }),
     .inputs = {{distinct({3, 5})}, {distinct({4})}},
     .integers = true},
    {.name = "median/axis",
     .build = of_one([](const Tensor& x) { return median(x, 1); }),
     .inputs = {{distinct({3, 5})}, {distinct({3, 4})}},
     .integers = true},
};

}  // namespace
}  // namespace luge::testing
