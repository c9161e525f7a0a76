// Linear algebra and einsum: matrices without a result, gradients at singular matrices, orders and signs of
// singular values, and texts that cannot be read.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

using Doubles = std::vector<double>;

Tensor matrix(const Doubles& values, std::int64_t rows) {
  return tensor(values, {rows, static_cast<std::int64_t>(values.size()) / rows});
}
double largest(const Tensor& x) { return max(abs(x)).item<double>(); }

TEST(Solve, PivotsAndSolvesLargeSystems) {
  EXPECT_EQ(solve(matrix({0, 1, 1, 0}, 2), tensor<double>({2, 3}, {2})).to_vector<double>(), (Doubles{3, 2}));
  random::seed(1);
  const Tensor a = random::normal({60, 60}, 0, 1, f64), b = random::normal({60, 3}, 0, 1, f64);
  EXPECT_LT(largest(matmul(a, solve(a, b)) - b), 1e-10);
  EXPECT_LT(largest(matmul(a, inverse(a)) - eye(60, f64)), 1e-10);
  const Tensor p = matmul(a, a, {.transpose_b = true}), root = cholesky(p);
  EXPECT_LT(largest(matmul(root, root, {.transpose_b = true}) - p), 1e-11);
  EXPECT_EQ(largest(triu(root, 1)), 0);
  EXPECT_NEAR(slogdet(a).log.item<double>(), std::log(std::abs(det(a).item<double>())), 1e-9);
}

TEST(Solve, SixteenBitsComputeInFloat32) {
  const Tensor a = cast(matrix({4, 1, 2, 3}, 2), bf16), b = cast(matrix({1, 2}, 2), bf16);
  EXPECT_EQ(solve(a, b).dtype(), bf16);
  EXPECT_EQ(cast(det(a), f32).item<float>(), 10);
  EXPECT_EQ(cast(inverse(a), f32).to_vector<float>(),
            cast(cast(inverse(cast(a, f32)), bf16), f32).to_vector<float>());
  EXPECT_EQ(svd(a).s.dtype(), bf16);
  EXPECT_EQ(cholesky(cast(matrix({4, 0, 0, 9}, 2), f16)).dtype(), f16);
  EXPECT_EQ(slogdet(a).log.dtype(), bf16);
}

TEST(Det, HasAGradientAtSingularMatrices) {
  const std::vector<Tensor> singular = {matrix({1, 2, 2, 4}, 2),
                                        matrix({1, 2, 3, 4, 5, 6, 7, 8, 9}, 3),
                                        matrix({1, 2, 3, 2, 4, 6, 3, 6, 9}, 3),
                                        zeros({3, 3}, f64),
                                        zeros({1, 1}, f64),
                                        matrix({0, 0, 0, 1, 2, 3, 4, 5, 6}, 3),
                                        zeros({2, 2}, f64)};
  for (const Tensor& x : singular) {
    const auto report = gradient_check([](const Tensors& in) { return Tensors{det(in[0])}; }, {x});
    EXPECT_TRUE(report.passed) << x.to_string() << report.to_string();
  }
  EXPECT_EQ(det(singular[0]).item<double>(), 0);
  EXPECT_EQ(grad(det(singular[0]), singular[0]).to_vector<double>(), (Doubles{4, -2, -2, 1}));
  const LogDeterminant parts = slogdet(singular[0]);
  EXPECT_EQ(parts.sign.item<double>(), 0);
  EXPECT_EQ(parts.log.item<double>(), -INFINITY);
  EXPECT_TRUE(std::isnan(det(matrix({0, 1, NAN, 2}, 2)).item<double>()));
}

TEST(Slogdet, DoesNotOverflow) {
  const Tensor large = 1e10 * eye(100, f64), small = -1e-10 * eye(99, f64);
  EXPECT_NEAR(slogdet(large).log.item<double>(), 100 * std::log(1e10), 1e-9);
  EXPECT_EQ(slogdet(small).sign.item<double>(), -1);
  EXPECT_NEAR(slogdet(small).log.item<double>(), 99 * std::log(1e-10), 1e-9);
}

void expect_decomposed(const Tensor& x) {
  const Svd parts = svd(x);
  const std::int64_t k = std::min(x.extent(0), x.extent(1));
  const double size = std::max(1e-300, largest(x));
  EXPECT_LE(largest(matmul(parts.u * unsqueeze(parts.s, 0), parts.vh) - x), 1e-13 * size) << x.to_string();
  EXPECT_LT(largest(matmul(parts.u, parts.u, {.transpose_a = true}) - eye(k, f64)), 1e-13) << x.to_string();
  EXPECT_LT(largest(matmul(parts.vh, parts.vh, {.transpose_b = true}) - eye(k, f64)), 1e-13) << x.to_string();
  const Doubles s = parts.s.to_vector<double>();
  EXPECT_TRUE(std::is_sorted(s.rbegin(), s.rend()));
  EXPECT_GE(s.back(), 0);
}

TEST(Svd, DecomposesMatricesOfEveryRankAndSize) {
  random::seed(2);
  for (const Shape& shape : {Shape{1, 1}, Shape{5, 3}, Shape{3, 5}, Shape{20, 20}}) {
    const Tensor x = random::normal(shape, 0, 1, f64);
    expect_decomposed(x);
    expect_decomposed(x * 1e200);
    expect_decomposed(x * 1e-200);
    expect_decomposed(zeros(shape, f64));
    const std::int64_t m = shape[0], n = shape[1];
    expect_decomposed(matmul(random::normal({m, 1}, 0, 1, f64), random::normal({1, n}, 0, 1, f64)));
  }
  expect_decomposed(eye(4, f64));  // equal singular values
  expect_decomposed(matrix({1, 1, 1, 1e-12}, 2));
  EXPECT_TRUE(std::isnan(svd(matrix({1, NAN, 2, 3}, 2)).s.to_vector<double>()[0]));
}

TEST(Svd, HasTheGradientOfValuesWhereTheyAreEqual) {
  const Tensor x = 3 * eye(3, f64);
  const Tensor g = grad(sum(svd(x).s), x);
  EXPECT_LT(largest(g - eye(3, f64)), 1e-14);
  EXPECT_FALSE(std::isfinite(largest(grad(sum(svd(x).u * arange(0, 9, 1, f64).reshape({3, 3})), x))));
}

TEST(BadInput, C15_MatricesWithoutAResult) {
  const Tensor good = eye(2, f64), bad = matrix({1, 2, 2, 4}, 2), both = stack({good, bad});
  expect_error<ValueError>(
      [&] {
        eval({solve(both, ones({2, 2, 1}, f64))});
      },
      {"solve: matrix 1 is singular", "row 1 is 0"});
  expect_error<ValueError>(
      [&] {
        eval({solve(unsqueeze(both, 1), ones({3, 2, 1}, f64))});
      },
      {"solve: matrix 1"});
  expect_error<ValueError>([&] { eval({inverse(both)}); }, {"inverse: matrix 1 is singular"});
  expect_error<ValueError>(
      [&] {
        eval({cholesky(stack({good, -good}))});
      },
      {"cholesky: matrix 1 is not positive definite", "row 0", "-1"});
  expect_error<ValueError>([&] { eval({cholesky(matrix({1, 0, 2, 1}, 2))}); }, {"matrix 0", "row 1", "-3"});
  expect_error<ValueError>(
      [&] {
        eval({triangular_solve(matrix({1, 0, 5, 0}, 2), ones({2}, f64))});
      },
      {"triangular_solve: matrix 0 is singular", "row 1 is 0"});
  EXPECT_EQ(
      triangular_solve(matrix({1, 0, 5, 0}, 2), ones({2}, f64), {.unit_diagonal = true}).to_vector<double>(),
      (Doubles{1, -4}));
  expect_error<ValueError>([&] { eval({grad(slogdet(bad).log, bad)}); }, {"inverse: matrix 0 is singular"});
}

TEST(BadInput, C01_MatricesThatAreNotSquareOrDoNotFit) {
  const Tensor wide = ones({2, 3}), square = ones({2, 2});
  for (const auto& f : std::vector<std::function<void()>>{[&] {
                                                            solve(wide, ones({2, 1}));
                                                          },
                                                          [&] { inverse(wide); }, [&] { det(wide); },
                                                          [&] { slogdet(wide); }, [&] { cholesky(wide); },
                                                          [&] {
                                                            triangular_solve(wide, ones({2, 1}));
                                                          }}) {
    expect_error<ShapeError>(f, {"f32[2,3]", "square", "2 rows and 3 columns"});
  }
  expect_error<ShapeError>([&] { solve(square, ones({3, 1})); }, {"solve", "2 rows of b, got 3"});
  expect_error<ShapeError>([&] { solve(ones({2, 2, 2}), ones({3, 2, 1})); }, {"solve", "axis 0"});
  expect_error<ShapeError>([&] { det(ones({3})); }, {"det", "f32[3]"});
  expect_error<ShapeError>([&] { svd(ones({3})); }, {"svd", "f32[3]"});
  expect_error<DTypeError>([&] { det(ones({2, 2}, i64)); }, {"det", "i64[2,2]", "floating"});
  expect_error<DTypeError>([&] { solve(square, ones({2, 1}, f64)); }, {"solve", "f32[2,2]", "f64[2,1]"});
  expect_error<ShapeError>([&] { addmm(ones({3}), square, square); }, {"addmm", "f32[3]", "f32[2,2]"});
  expect_error<ShapeError>([&] { addmm(ones({2, 2, 2}), square, square); }, {"addmm", "f32[2,2,2]"});
  expect_error<ShapeError>([&] { addmm(square, ones({2}), square); }, {"addmm", "a"});
  expect_error<ShapeError>([&] { tensordot(wide, wide, 2 - 1); }, {"tensordot", "f32[2,3]"});
  expect_error<ValueError>([&] { tensordot(wide, wide, 3); }, {"tensordot", "3 axes", "0 to 2"});
  expect_error<ValueError>([&] { tensordot(wide, wide, {0, 1}, {0}); }, {"tensordot", "pairs"});
  expect_error<ShapeError>([&] { tensordot(wide, wide, {0, 0}, {0, 1}); }, {"tensordot"});
}

TEST(BadInput, C02_SubscriptsThatCannotBeRead) {
  const Tensor x = ones({2, 3}), y = ones({3, 2});
  const auto refuse = [&](const std::string& text, const Tensors& in,
                          std::initializer_list<std::string> parts) {
    expect_error<ValueError>([&] { einsum(text, in); }, {"einsum: \"" + text + "\""});
    expect_error<ValueError>([&] { einsum(text, in); }, parts);
  };
  refuse("ij,jk->ik", {x}, {"2 operands, got 1"});
  refuse("ij", {x, y}, {"1 operands, got 2"});
  refuse("i1->i", {x}, {"'1' is not a letter"});
  refuse("ij->i->j", {x}, {"'-' is not a letter"});
  refuse("ij->ii", {x}, {"names 'i' twice"});
  refuse("ij->ik", {x}, {"'k', which no operand has"});
  refuse("......ij", {x}, {"\"...\" twice"});
  refuse("..ij", {x}, {"'.' is not a letter"});
  expect_error<ShapeError>([&] { einsum("ijk->i", {x}); }, {"operand 0 is f32[2,3]", "3 axes"});
  expect_error<ShapeError>([&] { einsum("...ijk->i", {x}); }, {"3 or more axes"});
  expect_error<ShapeError>([&] { einsum("ii->i", {x}); }, {"one letter", "2 and 3"});
  expect_error<ShapeError>(
      [&] {
        einsum("ij,ij", {x, y});
      },
      {"'i' of operand 1 has extent 3", "before it 2"});
  expect_error<ShapeError>(
      [&] {
        einsum("...i,...i", {ones({2, 3}), ones({4, 3})});
      },
      {"0 from the end of '...'"});
  expect_error<DTypeError>([&] { einsum("ij,jk", {x, cast(y, f64)}); }, {"einsum", "f32[2,3]", "f64[3,2]"});
  expect_error<DTypeError>([&] { einsum("ij", {ones({2, 2}, boolean)}); }, {"einsum", "bool"});
}

TEST(Einsum, IgnoresBlanksAndTakesWholeNumbers) {
  const std::int64_t odd = (std::int64_t{1} << 53) + 1;
  const Tensor x = tensor<std::int64_t>({odd, 1}, {1, 2}), ones = tensor<std::int64_t>({1, 1}, {1, 2});
  EXPECT_EQ(einsum(" i j , k j -> i k ", {x, ones}).item<std::int64_t>(), odd + 1);
  EXPECT_EQ(einsum("...,...", {zeros({2, 1}), zeros({3})}).shape(), (Shape{2, 3}));
  EXPECT_EQ(einsum("ij->", {zeros({0, 3})}).item<float>(), 0);
  EXPECT_EQ(einsum("aB", {zeros({2, 3})}).shape(), (Shape{3, 2}));  // capitals come first
}

}  // namespace
}  // namespace luge::testing
