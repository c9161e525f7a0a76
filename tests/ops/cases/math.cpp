#include "luge/ops/math.h"

#include "luge/ops/check.h"
#include "luge/ops/compare.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

// A function of one tensor on (low, high), with shapes of every kind.
OpCase one(std::string name, Tensor (*f)(const Tensor&), double low = -2, double high = 2) {
  std::vector<Inputs> inputs;
  for (const Shape& shape : {Shape{3, 5}, Shape{2, 3, 7}, Shape{1}, Shape{}, Shape{0, 3}}) {
    inputs.push_back({uniform(shape, low, high)});
  }
  return {.name = std::move(name), .build = of_one(f), .inputs = std::move(inputs)};
}

OpCase with_integers(OpCase row) {
  row.integers = true;
  return row;
}

// A function of two tensors, on equal and broadcast shapes.
OpCase two(std::string name, Tensor (*f)(const Operand&, const Operand&), double low = -2, double high = 2,
           double low_b = 0.5, double high_b = 2) {
  const std::vector<std::pair<Shape, Shape>> shapes = {
      {{3, 5}, {3, 5}}, {{3, 5}, {5}}, {{3, 5}, {3, 1}}, {{5}, {3, 5}},    {{3, 1}, {1, 4}},
      {{}, {2, 3}},     {{2, 3}, {}},  {{}, {}},         {{0, 3}, {1, 3}}, {{2, 3, 7}, {3, 1}},
  };
  std::vector<Inputs> inputs;
  for (const auto& [a, b] : shapes) inputs.push_back({uniform(a, low, high), uniform(b, low_b, high_b)});
  return {.name = std::move(name), .build = of_two(f), .inputs = std::move(inputs)};
}

OpCase without_gradient(OpCase row) {
  row.gradient = row.second = false;
  return row;
}

const OpCases arithmetic = {
    with_integers(two("add", add, -2, 2, -2, 2)),
    with_integers(two("sub", sub, -2, 2, -2, 2)),
    with_integers(two("mul", mul, -2, 2, -2, 2)),
    with_integers(two("div", div, -9, 9, 1, 4)),
    with_integers(two("mod", mod, -9, 9, 1, 4)),
    with_integers(two("mod/negative", mod, -9, 9, -4, -1)),
    with_integers(two("remainder", remainder, -9, 9, 1, 4)),
    with_integers(two("remainder/negative", remainder, -9, 9, -4, -1)),
    with_integers(two("floor_divide", floor_divide, -9, 9, 1, 4)),
    with_integers(two("minimum", minimum, -2, 2, -2, 2)),
    with_integers(two("maximum", maximum, -2, 2, -2, 2)),
    two("pow", pow, 0.2, 2, -2, 3),
    two("atan2", atan2, -2, 2, -2, 2),
};

const OpCases unary = {
    with_integers(one("neg", neg)),
    with_integers(one("abs", abs)),
    with_integers(one("sign", sign)),
    with_integers(one("square", square)),
    one("sqrt", sqrt, 0.1, 4),
    one("rsqrt", rsqrt, 0.1, 4),
    one("reciprocal", reciprocal, 0.3, 3),
    one("exp", exp),
    one("expm1", expm1),
    one("log", log, 0.1, 4),
    one("log1p", log1p, -0.8, 3),
    one("log2", log2, 0.1, 4),
    one("floor", floor),
    one("ceil", ceil),
    one("round", round),
    one("trunc", trunc),
    one("sin", sin, -4, 4),
    one("cos", cos, -4, 4),
    one("tan", tan, -1.2, 1.2),
    one("asin", asin, -0.9, 0.9),
    one("acos", acos, -0.9, 0.9),
    one("atan", atan),
    one("sinh", sinh),
    one("cosh", cosh),
    one("tanh", tanh),
    one("asinh", asinh),
    one("acosh", acosh, 1.2, 4),
    one("atanh", atanh, -0.9, 0.9),
    one("erf", erf),
    one("erfc", erfc),
    one("relu", relu),
    one("sigmoid", sigmoid, -6, 6),
};

const OpCases others = {
    {.name = "clamp",
     .build = of_one([](const Tensor& x) { return clamp(x, -1, 0.5); }),
     .inputs = {{uniform({3, 5})}, {uniform({})}, {uniform({0, 3})}}},
    {.name = "clamp/tensors",
     .build =
         of_three([](const Tensor& x, const Tensor& low, const Tensor& high) { return clamp(x, low, high); }),
     .inputs = {{uniform({3, 5}), uniform({5}, -1, 0), uniform({3, 1}, 0, 1)}},
     .integers = true},
    {.name = "clamp_min",
     .build = of_two([](const Tensor& x, const Tensor& low) { return clamp_min(x, low); }),
     .inputs = {{uniform({3, 5}), uniform({5})}}},
    {.name = "clamp_max",
     .build = of_two([](const Tensor& x, const Tensor& high) { return clamp_max(x, high); }),
     .inputs = {{uniform({3, 5}), uniform({5})}}},
    {.name = "lerp",
     .build = of_three([](const Tensor& a, const Tensor& b, const Tensor& w) { return lerp(a, b, w); }),
     .inputs = {{uniform({3, 5}), uniform({3, 5}), uniform({5}, 0, 1)}}},
    {.name = "where",
     .build = of_three([](const Tensor& c, const Tensor& a, const Tensor& b) { return where(c, a, b); }),
     .inputs = {{truths({3, 5}), uniform({3, 5}), uniform({3, 5})},
                {truths({3, 1}), uniform({5}), uniform({})},
                {truths({}), uniform({2, 3}), uniform({3})},
                {truths({0, 3}), uniform({3}), uniform({1, 3})}},
     .integers = true},
    {.name = "identity",
     .build = of_one([](const Tensor& x) { return identity(x) * 2; }),
     .inputs = {{uniform({3, 5})}},
     .golden = false},
    {.name = "check_finite",
     .build = of_one([](const Tensor& x) { return check_finite(x, "x") * 2; }),
     .inputs = {{uniform({3, 5})}},
     .golden = false},
    {.name = "guard_finite",
     .build = of_two([](const Tensor& x, const Tensor& y) {
       return guard_finite(x, {y, y * 2}, {"y", "y doubled"}, scalar(3.0, f64)) * 2;
     }),
     .inputs = {{uniform({3, 5}), uniform({4})}, {uniform({}), uniform({0, 3})}},
     .golden = false},
    {.name = "stop_gradient",
     .build = of_one([](const Tensor& x) { return stop_gradient(x); }),
     .inputs = {{uniform({3, 5})}},
     .gradient = false,
     .second = false,
     .golden = false},
    {.name = "cast",
     .build = of_one([](const Tensor& x) { return cast(cast(x, f64), f64) * 2; }),
     .inputs = {{uniform({3, 5})}},
     .golden = false},
    {.name = "cast/f32 to i32",
     .build = of_one([](const Tensor& x) { return cast(cast(x, f32), i32); }),
     .inputs = {{uniform({3, 5}, -9, 9)}},
     .gradient = false,
     .second = false},
    {.name = "cast/to bool",
     .build = of_one([](const Tensor& x) { return cast(trunc(x), boolean); }),
     .inputs = {{uniform({3, 5})}},
     .gradient = false,
     .second = false},
};

const OpCases comparisons = {
    without_gradient(with_integers(two("equal", equal))),
    without_gradient(with_integers(two("not_equal", not_equal))),
    without_gradient(with_integers(two("less", less, -2, 2, -2, 2))),
    without_gradient(with_integers(two("less_equal", less_equal, -2, 2, -2, 2))),
    without_gradient(with_integers(two("greater", greater, -2, 2, -2, 2))),
    without_gradient(with_integers(two("greater_equal", greater_equal, -2, 2, -2, 2))),
    without_gradient(one("isnan", isnan)),
    without_gradient(one("isinf", isinf)),
    without_gradient(one("isfinite", isfinite)),
};

OpCase logic(std::string name, Tensor (*f)(const Operand&, const Operand&)) {
  return without_gradient(
      {.name = std::move(name),
       .build = of_two(f),
       .inputs = {
           {truths({3, 5}), truths({3, 5})}, {truths({3, 5}), truths({5})}, {truths({}), truths({0, 2})}}});
}
const OpCases logical = {
    logic("logical_and", logical_and),
    logic("logical_or", logical_or),
    logic("logical_xor", logical_xor),
    without_gradient(
        {.name = "logical_not", .build = of_one(logical_not), .inputs = {{truths({3, 5})}, {truths({})}}}),
};

}  // namespace
}  // namespace luge::testing
