// Members and operators of tensors against the functions whose spelling they are.
#include <gtest/gtest.h>

#include "luge/ops/axes.h"
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/variable.h"

namespace luge {
namespace {

void expect_same(const Tensor& got, const Tensor& wanted) {
  ASSERT_EQ(got.shape(), wanted.shape());
  ASSERT_EQ(got.dtype(), wanted.dtype());
  EXPECT_EQ(got.to_vector<double>(), wanted.to_vector<double>());
}

TEST(TensorMembers, AreTheFunctionsOfTheirNames) {
  const Tensor x = tensor<float>({0.5F, 2, 1, 3, 0.25F, 4}, {2, 3});
  const Tensor truth = x > 1;
  expect_same(x.sum(), sum(x));
  expect_same(x.sum(1), sum(x, 1));
  expect_same(x.sum({0, 1}, keep_dims), sum(x, {0, 1}, keep_dims));
  expect_same(x.mean(), mean(x));
  expect_same(x.mean(-1), mean(x, -1));
  expect_same(x.mean(0, keep_dims), mean(x, 0, keep_dims));
  expect_same(x.prod(), prod(x));
  expect_same(x.prod(0), prod(x, 0));
  expect_same(x.prod(0, keep_dims), prod(x, 0, keep_dims));
  expect_same(x.max(), max(x));
  expect_same(x.max(1), max(x, 1));
  expect_same(x.max(1, keep_dims), max(x, 1, keep_dims));
  expect_same(x.min(), min(x));
  expect_same(x.min(1), min(x, 1));
  expect_same(x.min(1, keep_dims), min(x, 1, keep_dims));
  expect_same(truth.any(), any(truth));
  expect_same(truth.any(1), any(truth, 1));
  expect_same(truth.any(1, keep_dims), any(truth, 1, keep_dims));
  expect_same(truth.all(), all(truth));
  expect_same(truth.all(1), all(truth, 1));
  expect_same(truth.all(1, keep_dims), all(truth, 1, keep_dims));
  expect_same(x.argmax(), argmax(x));
  expect_same(x.argmax(1), argmax(x, 1));
  expect_same(x.argmax(1, keep_dims), argmax(x, 1, keep_dims));
  expect_same(x.argmin(), argmin(x));
  expect_same(x.argmin(1), argmin(x, 1));
  expect_same(x.argmin(1, keep_dims), argmin(x, 1, keep_dims));
  expect_same(x.logsumexp(), logsumexp(x));
  expect_same(x.logsumexp(1), logsumexp(x, 1));
  expect_same(x.logsumexp(1, keep_dims), logsumexp(x, 1, keep_dims));
  expect_same(x.var(), var(x));
  expect_same(x.var(1), var(x, 1));
  expect_same(x.var(1, keep_dims), var(x, 1, keep_dims));
  expect_same(x.norm(), norm(x));
  expect_same((-x).abs(), abs(-x));
  expect_same(x.rsqrt(), rsqrt(x));
  expect_same(x.sin(), sin(x));
  expect_same(x.cos(), cos(x));
  expect_same(x.round(), round(x));
  expect_same(x.reciprocal(), reciprocal(x));
  expect_same(x.pow(2), pow(x, 2));
  expect_same(x.stop_gradient(), stop_gradient(x));
  expect_same(x.exp(), exp(x));
  expect_same(x.log(), log(x));
  expect_same(x.sqrt(), sqrt(x));
  expect_same(x.square(), square(x));
  expect_same(x.tanh(), tanh(x));
  expect_same(x.sigmoid(), sigmoid(x));
  expect_same((x - 1).relu(), relu(x - 1));
  expect_same(x.softmax(), softmax(x));
  expect_same(x.softmax(0), softmax(x, 0));
  expect_same(x.matmul(x.transpose()), matmul(x, transpose(x)));
  expect_same(x.reshape({3, -1}), reshape(x, {3, -1}));
  expect_same(x.flatten(), flatten(x));
  expect_same(x.unsqueeze(0).squeeze(), x);
  expect_same(x.unsqueeze(0).squeeze(0), x);
  expect_same(x.permute({1, 0}), permute(x, {1, 0}));
  expect_same(x.transpose(0, 1), transpose(x, 0, 1));
  expect_same(x.cast(i64), cast(x, i64));
}

TEST(TensorMembers, AnIndexTakesOnePlaceOfTheFirstAxis) {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6}, {3, 2});
  expect_same(x[1], tensor<float>({3, 4}, {2}));
  expect_same(x[-1][0], tensor<float>({5}, {}));
  EXPECT_THROW(x[3], Error);
  EXPECT_THROW(sum(x)[0], ShapeError);
}

TEST(TensorMembers, SliceTakesAnAxisAndTwoBounds) {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_same(slice(x, 1, 1, 3), tensor<float>({2, 3, 5, 6}, {2, 2}));
  expect_same(slice(x, -1, 0, -1), tensor<float>({1, 2, 4, 5}, {2, 2}));
}

TEST(TensorOperators, CompareElementByElement) {
  const Tensor a = tensor<float>({1, 2, 3}, {3}), b = tensor<float>({3, 2, 1}, {3});
  expect_same(a > b, greater(a, b));
  expect_same(a >= b, greater_equal(a, b));
  expect_same(a < b, less(a, b));
  expect_same(a <= b, less_equal(a, b));
  expect_same(a == b, equal(a, b));
  expect_same(a != b, not_equal(a, b));
  expect_same(a > 1, greater(a, 1));
  expect_same(2 > a, greater(2, a));
  expect_same(!(a > b), logical_not(greater(a, b)));
  expect_same(a > 1 && b > 1, logical_and(greater(a, 1), greater(b, 1)));
  expect_same(a > 2 || b > 2, logical_or(greater(a, 2), greater(b, 2)));
  const Variable v(a, "v");
  expect_same(v > 1, greater(a, 1));
  EXPECT_THROW(!a, DTypeError);
}

}  // namespace
}  // namespace luge
