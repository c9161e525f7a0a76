// scatter, scatter_nd, gather_nd, masked_select and nonzero: equal indices, NaN, whole numbers, bad inputs.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/gradient_check.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/errors.h"
#include "support/golden.h"

namespace luge::testing {
namespace {

using R = ScatterReduction;
using Doubles = std::vector<double>;
using Whole = std::vector<std::int64_t>;

Tensor at(const Whole& values) { return tensor(values, {static_cast<std::int64_t>(values.size())}); }
Tensor reals(const Doubles& values) { return tensor(values, {static_cast<std::int64_t>(values.size())}); }

TEST(Scatter, TheLastOfEqualIndicesWinsAndGetsTheGradient) {
  const Tensor x = reals({1, 2, 3}), u = reals({10, 20, 30, 40}), w = reals({5, 6, 7});
  const Tensor y = scatter(x, at({1, 0, 1, 1}), u, 0);
  const Tensors found = grad(sum(y * w), Tensors{x, u});
  EXPECT_EQ(y.to_vector<double>(), (Doubles{20, 40, 3}));
  EXPECT_EQ(found[0].to_vector<double>(), (Doubles{0, 0, 7}));
  EXPECT_EQ(found[1].to_vector<double>(), (Doubles{0, 5, 0, 6}));
  const Tensor rows = reshape(arange(0, 6, 1, f64), {3, 2}), made = reshape(arange(10, 16, 1, f64), {3, 2});
  const Tensor z = scatter_nd(rows, tensor(Whole{2, 2, 0}, {3, 1}), made);
  const Tensor to_made = grad(sum(z), made);
  EXPECT_EQ(z.to_vector<double>(), (Doubles{14, 15, 2, 3, 12, 13}));
  EXPECT_EQ(to_made.to_vector<double>(), (Doubles{0, 0, 1, 1, 1, 1}));
  const auto report = gradient_check(
      [&](const Tensors& in) {
        return Tensors{scatter(in[0], at({1, 0, 1, 1}), in[1], 0)};
      },
      {x, u});
  EXPECT_TRUE(report.passed) << report.to_string();
}

TEST(Scatter, EqualExtremesShareTheGradient) {
  const Tensor x = reals({3, 1}), u = reals({3, 3, 0, 5});
  const Tensor y = scatter(x, at({0, 0, 1, 1}), u, 0, R::max);
  const Tensors found = grad(sum(y), Tensors{x, u});
  EXPECT_EQ(y.to_vector<double>(), (Doubles{3, 5}));
  EXPECT_EQ(found[0].to_vector<double>(), (Doubles{1.0 / 3, 0}));
  EXPECT_EQ(found[1].to_vector<double>(), (Doubles{1.0 / 3, 1.0 / 3, 0, 1}));
}

TEST(Scatter, ProductsHaveExactGradientsAtZero) {
  const Tensor x = reals({2, 0, 3}), u = reals({0, 5, 4, 0, 0});
  const auto f = [](const Tensors& in) {
    return Tensors{scatter(in[0], at({0, 0, 1, 2, 2}), in[1], 0, R::mul)};
  };
  const auto report = gradient_check(f, {x, u});
  EXPECT_TRUE(report.passed) << report.to_string();
  EXPECT_EQ(grad(sum(f({x, u})[0]), u).to_vector<double>(), (Doubles{10, 0, 0, 0, 0}));
}

TEST(Scatter, KeepsNaN) {
  const Tensor x = reals({NAN, 1, 2}), u = reals({5, NAN, 3, NAN, 4});
  for (const R how : {R::max, R::min, R::add, R::mul}) {
    const Doubles y = scatter(x, at({0, 1, 1, 2, 2}), u, 0, how).to_vector<double>();
    for (const double each : y) EXPECT_TRUE(std::isnan(each));
  }
  EXPECT_EQ(scatter(x, at({0, 1, 1}), reals({5, NAN, 3}), 0).to_vector<double>(), (Doubles{5, 3, 2}));
  for (const double each : grad(sum(scatter(x, at({0}), reals({5}), 0, R::max)), x).to_vector<double>())
    EXPECT_FALSE(std::isnan(each));
}

TEST(Scatter, WholeNumbersAreExact) {
  const std::int64_t odd = (std::int64_t{1} << 53) + 1, high = std::numeric_limits<std::int64_t>::max();
  const Tensor x = at({odd, high, -odd});
  EXPECT_EQ(scatter(x, at({0}), at({odd - 1}), 0, R::max).to_vector<std::int64_t>(),
            (Whole{odd, high, -odd}));
  EXPECT_EQ(scatter(x, at({1, 2}), at({high - 1, -odd + 1}), 0, R::min).to_vector<std::int64_t>(),
            (Whole{odd, high - 1, -odd}));
  EXPECT_EQ(scatter(x, at({0}), at({2}), 0, R::add).to_vector<std::int64_t>()[0], odd + 2);
  EXPECT_EQ(scatter(x, at({0}), at({3}), 0, R::mul).to_vector<std::int64_t>()[0], 3 * odd);
  EXPECT_EQ(scatter_nd(x, tensor(Whole{0}, {1, 1}), at({odd + 2})).to_vector<std::int64_t>()[0], odd + 2);
  EXPECT_EQ(nonzero(x).to_vector<std::int64_t>(), (Whole{0, 1, 2}));
  EXPECT_EQ(masked_select(x, greater(x, odd - 1)).to_vector<std::int64_t>(), (Whole{odd, high}));
  const Tensor truths = scatter(zeros({3}, boolean), at({1}), ones({1}, boolean), 0);
  EXPECT_EQ(truths.to_vector<bool>(), (std::vector<bool>{false, true, false}));
}

// A thousand terms of 1/1024 to 1 in bfloat16, which has 8 bits.
TEST(Scatter, SixteenBitsAreRoundedOnce) {
  const Tensor x = ones({1}, bf16), u = full({1024}, 1.0 / 1024, bf16), zero = zeros({1024}, i64);
  EXPECT_EQ(cast(scatter(x, zero, u, 0, R::add), f32).item<float>(), 2);
  EXPECT_EQ(cast(scatter_nd(x, unsqueeze(zero, 1), u, {.reduction = R::add}), f32).item<float>(), 2);
  const Tensor up = full({64}, 1.0 + 1.0 / 128, bf16);
  EXPECT_NEAR(cast(scatter(x, slice(zero, 0, 0, 64), up, 0, R::mul), f32).item<float>(),
              std::pow(1 + 1.0 / 128, 64), 0.01);
}

TEST(Nonzero, AgreesWithOthers) {
  int rows = 0;
  for (const Golden& golden : read_goldens("index.safetensors")) {
    ++rows;
    expect_golden(golden, [&](const Tensors& in) {
      return Tensors{golden.row == "nonzero" ? nonzero(in[0]) : masked_select(in[0], in[1])};
    });
  }
  EXPECT_GE(rows, 9);
}

TEST(Nonzero, IsWhatGatherNdTakes) {
  const Tensor x = tensor<double>({0, 5, 0, 7, NAN, 0}, {2, 3});
  const Tensor found = nonzero(x);
  EXPECT_EQ(found.shape(), (Shape{2, 3}));
  EXPECT_EQ(found.to_vector<std::int64_t>(), (Whole{0, 1, 1, 1, 0, 1}));
  const Doubles taken = gather_nd(x, transpose(found)).to_vector<double>();
  EXPECT_EQ(taken[0], 5);
  EXPECT_EQ(taken[1], 7);
  EXPECT_TRUE(std::isnan(taken[2]));
  EXPECT_EQ(nonzero(scalar(3.0)).shape(), (Shape{0, 1}));
  EXPECT_EQ(masked_select(x, zeros({3}, boolean)).elements(), 0);
}

TEST(Nonzero, IsRefusedWhereValuesComeLater) {
  const auto inside = compile([](Tensor x) { return masked_select(x, greater(x, 0)); });
  expect_error<GraphError>([&] { inside(ones({3})); }, {"masked_select", "compiled"});
  const auto positions = compile([](Tensor x) { return nonzero(x); });
  expect_error<GraphError>([&] { positions(ones({3})); }, {"nonzero", "compiled"});
  expect_error<DTypeError>([] { masked_select(ones({3}), ones({3})); },
                           {"masked_select (mask)", "f32[3]", "bool"});
  expect_error<ShapeError>([] { masked_select(ones({3}), ones({2}, boolean)); }, {"masked_select", "axis 0"});
}

TEST(BadInput, C11_ScatteredIndicesOutOfRange) {
  const Tensor x = ones({3, 2}), u = ones({2, 1});
  for (const R how : {R::none, R::add, R::mul, R::max, R::min}) {
    expect_error<IndexError>(
        [&] {
          eval({scatter(x, tensor(Whole{0, 3}, {2, 1}), u, 0, how)});
        },
        {"scatter", "index 3 at position 1", "0 to 2"});
    expect_error<IndexError>(
        [&] {
          eval({scatter_nd(x, tensor(Whole{0, 0, -1, 0}, {2, 2}), ones({2}), {.reduction = how})});
        },
        {"scatter_nd", "index -1 at position 2", "0 to 2"});
  }
  expect_error<IndexError>(
      [&] {
        eval({gather_nd(x, tensor(Whole{0, 1, 2, 2}, {2, 2}))});
      },
      {"gather_nd", "index 2 at position 3", "0 to 1"});
  expect_error<IndexError>([&] { eval({embedding(x, at({3}), {.padding_index = 0})}); },
                           {"index 3 at position 0"});
  expect_error<ValueError>([&] { embedding(x, at({0}), {.padding_index = 3}); },
                           {"embedding", "padding_index is 3", "f32[3,2]"});
}

TEST(BadInput, C05_ShapesThatSlicesDoNotHave) {
  const Tensor x = ones({3, 2});
  expect_error<ShapeError>(
      [&] {
        gather_nd(x, zeros({2, 3}, i64));
      },
      {"gather_nd", "f32[3,2]", "i64[2,3]", "1 to 2"});
  expect_error<ShapeError>([&] { gather_nd(x, zeros({2, 0}, i64)); }, {"gather_nd", "1 to 2"});
  expect_error<ShapeError>([&] { gather_nd(x, zeros({2, 1}, i64), {.batch_axes = 1}); }, {"batch axis 0"});
  expect_error<ShapeError>([&] { gather_nd(x, zeros({2, 1}, i64), {.batch_axes = 2}); }, {"batch_axes is 2"});
  expect_error<ShapeError>([&] { gather_nd(x, scalar(0, i64)); }, {"gather_nd"});
  expect_error<ShapeError>(
      [&] {
        scatter_nd(x, zeros({4, 1}, i64), ones({4, 3}));
      },
      {"scatter_nd", "updates"});
  expect_error<ShapeError>([&] { scatter(x, zeros({2, 2}, i64), ones({2, 1}), 0); }, {"scatter", "updates"});
  expect_error<ShapeError>([&] { scatter(x, zeros({2, 3}, i64), ones({2, 3}), 0); }, {"scatter", "axis 1"});
}

TEST(BadInput, C10_ScatteredDtypes) {
  const Tensor x = ones({3}), index = zeros({1}, i64);
  expect_error<DTypeError>([&] { scatter(x, index, ones({1}, f64), 0); }, {"scatter", "f32[3]", "f64[1]"});
  expect_error<DTypeError>([&] { scatter(x, ones({1}), ones({1}), 0); }, {"scatter", "integer"});
  for (const R how : {R::add, R::mul, R::max, R::min})
    expect_error<DTypeError>([&] { scatter(ones({3}, boolean), index, ones({1}, boolean), 0, how); },
                             {"scatter", "bool"});
  expect_error<DTypeError>([&] { scatter_nd(x, unsqueeze(index, 1), ones({1}, i32), {.reduction = R::mul}); },
                           {"scatter_nd", "i32"});
}

}  // namespace
}  // namespace luge::testing
