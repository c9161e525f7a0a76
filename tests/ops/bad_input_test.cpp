// Bad inputs of the ops, by their numbers in the list of bad-input classes.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/autodiff.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

TEST(BadInput, C01_ShapesThatDoNotBroadcast) {
  const Tensor a = zeros({2, 3}), b = zeros({2, 4}), c = zeros({5, 3});
  expect_error<ShapeError>([&] { a + b; },
                           {"add", "left operand f32[2,3]", "right operand f32[2,4]", "3 and 4 on axis 1"});
  expect_error<ShapeError>([&] { less(b, a); }, {"less", "4 and 3 on axis 1"});
  expect_error<ShapeError>(
      [&] {
        where(zeros({7, 1}, boolean), a, 0);
      },
      {"where", "bool[7,1]", "f32[2,3]", "axis 0"});
  expect_error<ShapeError>([&] { broadcast_to(a, {2, 4}); }, {"broadcast_to", "f32[2,3]", "[2,4]"});
  expect_error<ShapeError>(
      [&] {
        concat({a, c, b}, 0);
      },
      {"concat", "part 2", "f32[2,4]", "axis 1", "expected 3"});
  expect_error<ShapeError>([&] { stack({a, b}); }, {"stack", "axis 1", "3 and 4"});
  expect_error<ShapeError>([&] { linear_recurrence(a, b, 0); }, {"linear_recurrence", "axis 1", "3 and 4"});
}

TEST(BadInput, C03_ZeroLengthBroadcastsToZeroLength) {
  EXPECT_EQ((zeros({0, 3}) + zeros({1, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ((zeros({2, 1}) * zeros({0})).shape(), (Shape{2, 0}));
  EXPECT_EQ((zeros({2, 1}) * zeros({0})).to_vector<float>(), std::vector<float>{});
  EXPECT_EQ(where(zeros({1}, boolean), zeros({0}), 1).shape(), (Shape{0}));
  EXPECT_EQ(broadcast_to(zeros({1, 3}), {0, 3}).shape(), (Shape{0, 3}));
  EXPECT_EQ(transpose(zeros({0, 3})).to_vector<float>(), std::vector<float>{});
  EXPECT_EQ(concat({zeros({0}), ones({2})}).to_vector<float>(), (std::vector<float>{1, 1}));
  const Tensor x = zeros({1, 3}, f64);
  EXPECT_EQ(grad(sum(x * zeros({0, 3}, f64)), x).to_vector<double>(), (std::vector<double>{0, 0, 0}));
  expect_error<ShapeError>([] { zeros({0}) + zeros({2}); }, {"add", "0 and 2 on axis 0"});
}

TEST(BadInput, C04_TooManyAxes) {
  const Tensor most = zeros({1, 1, 1, 1, 1, 1, 1, 1});
  expect_error<ShapeError>([&] { unsqueeze(most, 0); }, {"unsqueeze", "at most 8"});
  expect_error<ShapeError>([&] { stack({most, most}); }, {"at most 8"});
  expect_error<ShapeError>([&] { reshape(most, {1, 1, 1, 1, 1, 1, 1, 1, 1}); }, {"at most 8 axes", "9"});
  expect_error<ShapeError>([&] { take(most, zeros({1, 1}, i64)); }, {"at most 8"});
  expect_error<ShapeError>([&] { one_hot(cast(most, i64), 2); }, {"at most 8"});
  EXPECT_EQ(most.rank(), 8);
}

TEST(BadInput, C05_AxesOutOfRangeOrTwice) {
  const Tensor x = zeros({2, 3});
  expect_error<ShapeError>([&] { sum(x, 2); }, {"sum", "axis 2", "-2 to 1"});
  expect_error<ShapeError>([&] { max(x, -3); }, {"max", "axis -3", "-2 to 1"});
  expect_error<ShapeError>([&] { sum(x, {0, -2}); }, {"sum", "axis 0 is named twice", "{0, -2}"});
  expect_error<ShapeError>([&] { mean(x, from(2)); }, {"axis 2"});
  expect_error<ShapeError>([&] { permute(x, {0, 0}); }, {"transpose", "axis 0 is named twice"});
  expect_error<ShapeError>([&] { permute(x, {0}); }, {"transpose", "1 axes", "expected all 2"});
  expect_error<ShapeError>([&] { transpose(zeros({3})); }, {"transpose", "axis -2"});
  expect_error<ShapeError>([&] { concat({x, x}, 2); }, {"concat", "axis 2"});
  expect_error<ShapeError>([&] { unsqueeze(x, {0, 0}); }, {"unsqueeze", "twice"});
  expect_error<ShapeError>([&] { squeeze(x, 0); }, {"squeeze", "extent 2 on axis 0", "expected 1"});
  expect_error<ShapeError>([&] { cumsum(x, 5); }, {"cumsum", "axis 5"});
  expect_error<ShapeError>([&] { argmax(x, 2); }, {"argmax", "axis 2"});
  expect_error<ShapeError>([&] { sort(zeros({})); }, {"sort", "rank-0"});
  expect_error<ShapeError>([&] { flatten(x, 1, 0); }, {"flatten", "first axis 1", "last, 0"});
  expect_error<ShapeError>([&] { select(x, 1, 3); }, {"select", "index 3", "axis 1", "-3 to 2"});
  expect_error<ShapeError>([&] { topk(x, 4); }, {"slice", "0 to 4", "f32[2,3]"});
  expect_error<ShapeError>([&] { split(x, {1, 1}, 1); }, {"split", "add up to 2", "has 3"});
  expect_error<ValueError>([&] { slice(x, {.axis = 0, .step = 0}); }, {"slice", "step is 0"});
  expect_error<ValueError>([&] { pad(x, {{0, -1, 0}}); }, {"pad", "-1", "write slice"});
  expect_error<ShapeError>(
      [&] {
        pad(x, {{1, 3, 0}}, {.mode = PadMode::reflect});
      },
      {"pad", "3", "at most 2"});
  expect_error<ValueError>([&] { norm(x, -1); }, {"norm", "-1"});
  expect_error<ValueError>([&] { concat({}); }, {"concat", "no tensors"});
  expect_error<ShapeError>([&] { argmax(zeros({0})); }, {"argmax", "no elements"});
  expect_error<ShapeError>([&] { max(zeros({2, 0}), 1); }, {"max", "no elements along axis 1"});
  expect_error<ShapeError>(
      [&] {
        depth_to_space(zeros({1, 6, 2, 2}), 2);
      },
      {"unflatten", "6", "multiple of 4"});
}

TEST(BadInput, C06_ReshapesThatDoNotFit) {
  const Tensor x = zeros({2, 3});
  expect_error<ShapeError>([&] { reshape(x, {-1, -1}); }, {"reshape", "[-1,-1]", "at most one"});
  expect_error<ShapeError>(
      [&] {
        reshape(x, {4, -1});
      },
      {"reshape", "f32[2,3]", "6 elements", "multiple of 4"});
  expect_error<ShapeError>([&] { reshape(x, {4, 2}); }, {"reshape", "6 elements", "needs 8"});
  expect_error<ShapeError>([&] { reshape(zeros({0, 3}), {0, -1}); }, {"reshape", "-1 cannot be found"});
  expect_error<ShapeError>([&] { unflatten(x, 1, {2, -1}); }, {"unflatten", "extent 3", "multiple of 2"});
  EXPECT_EQ(reshape(x, {-1}).shape(), (Shape{6}));
}

TEST(BadInput, C07_ElementCountsThatOverflow) {
  constexpr std::int64_t huge = std::int64_t{1} << 40;
  expect_error<ShapeError>([] { zeros({huge, huge}); }, {"broadcast_to", "overflows 64 bits"});
  const Tensor x = broadcast_to(zeros({}), {huge});
  expect_error<ShapeError>([&] { broadcast_to(x, {huge, huge}); }, {"overflows 64 bits"});
  expect_error<ShapeError>([&] { unsqueeze(x, 1) + x; }, {"overflows 64 bits"});
  expect_error<ShapeError>([&] { tile(x, {huge}); }, {"overflows 64 bits"});
  expect_error<ShapeError>([&] { repeat(x, huge, 0); }, {"overflows 64 bits"});
  expect_error<ShapeError>(
      [&] {
        pad(x, {{0, std::numeric_limits<std::int64_t>::max(), 0}});
      },
      {"pad", "overflows"});
  expect_error<ShapeError>([&] { one_hot(cast(x, i64), huge); }, {"overflows 64 bits"});
  expect_error<ShapeError>([] { zeros({std::int64_t{1} << 61}, f64); }, {"bytes"});
}

TEST(BadInput, C10_MixedDtypes) {
  const Tensor single = zeros({2}), wide = zeros({2}, f64), whole = zeros({2}, i32);
  expect_error<DTypeError>([&] { single + wide; }, {"add", "f32[2]", "f64[2]", "cast"});
  expect_error<DTypeError>([&] { single* whole; }, {"mul", "f32[2]", "i32[2]", "cast(x, luge::f32)"});
  expect_error<DTypeError>([&] { whole - wide; }, {"sub", "i32[2]", "f64[2]", "cast(x, luge::f64)"});
  expect_error<DTypeError>([&] { where(single, wide, wide); }, {"where (condition)", "f32[2]", "bool"});
  expect_error<DTypeError>([&] { where(zeros({2}, boolean), single, wide); }, {"where", "f32[2]", "f64[2]"});
  expect_error<DTypeError>([&] { concat({single, wide}); }, {"concat", "f32[2]", "f64[2]"});
  expect_error<DTypeError>([&] { mean(whole); }, {"mean", "i32[2]", "floating"});
  expect_error<DTypeError>([&] { sum(zeros({2}, boolean)); }, {"sum", "bool[2]", "numbers"});
  expect_error<DTypeError>([&] { any(single); }, {"any", "f32[2]", "bool"});
  expect_error<DTypeError>([&] { take(single, single); }, {"take", "f32[2]", "integer"});
  expect_error<DTypeError>([&] { grad(sum(cast(whole, f32)), whole); }, {"i32[2]", "gradient"});
  EXPECT_EQ((cast(whole, f32) + single).dtype(), f32);
}

TEST(BadInput, C11_IndicesOutOfRange) {
  const Tensor table = arange(0, 6, 1, f32), matrix = reshape(table, {3, 2});
  const auto at = [](std::initializer_list<std::int64_t> values) {
    return tensor(values, {static_cast<std::int64_t>(values.size())});
  };
  expect_error<IndexError>(
      [&] {
        eval({take(table, at({0, 6, 9}))});
      },
      {"take", "index 6 at position 1", "0 to 5"});
  expect_error<IndexError>([&] { eval({take(table, at({0, -1}))}); }, {"take", "index -1 at position 1"});
  expect_error<IndexError>(
      [&] {
        eval({embedding(matrix, at({2, 3}))});
      },
      {"index 3 at position 1", "0 to 2"});
  expect_error<IndexError>([&] { eval({gather(table, at({7}), 0)}); }, {"gather", "index 7 at position 0"});
  expect_error<IndexError>(
      [&] {
        eval({scatter_add(table, at({1, -2}), ones({2}), 0)});
      },
      {"scatter_add", "index -2 at position 1"});
  expect_error<IndexError>([&] { eval({index_add(table, at({6}), ones({1}))}); },
                           {"index_add", "index 6 at position 0"});
  expect_error<IndexError>(
      [&] {
        eval({one_hot(at({0, 4}), 4)});
      },
      {"one_hot", "index 4 at position 1", "0 to 3"});
  expect_error<ShapeError>([&] { gather(matrix, zeros({4, 1}, i64), 1); }, {"gather", "extent 4 on axis 0"});
  expect_error<ValueError>([&] { one_hot(at({0}), 0); }, {"one_hot", "depth is 0"});
  // Nothing was written, and the good indices work as before.
  Variable kept(table, "kept");
  expect_error<IndexError>(
      [&] {
        const Tensor next = kept + take(table, at({0, 1, 2, 3, 4, 99}));
        eval({next});
        kept.assign(next);
      },
      {"index 99 at position 5"});
  EXPECT_EQ(kept.value().to_vector<float>(), table.to_vector<float>());
  EXPECT_EQ(take(table, at({5, 0})).to_vector<float>(), (std::vector<float>{5, 0}));
}

TEST(BadInput, C15_DivisionLogarithmAndRootFollowIeee) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = tensor<double>({0, -1, 4}, {3});
  const auto inverse = (1 / x).to_vector<double>(), logarithm = log(x).to_vector<double>(),
             root = sqrt(x).to_vector<double>();
  EXPECT_EQ(inverse, (std::vector<double>{infinity, -1, 0.25}));
  EXPECT_EQ(logarithm[0], -infinity);
  EXPECT_TRUE(std::isnan(logarithm[1]) && std::isnan(root[1]));
  EXPECT_TRUE(std::isnan((x / x).to_vector<double>()[0]));
  // The gradients are the formulas' values there.
  EXPECT_EQ(grad(sum(log(x)), x).to_vector<double>(), (std::vector<double>{infinity, -1, 0.25}));
  EXPECT_EQ(grad(sum(sqrt(x)), x).to_vector<double>()[0], infinity);
  EXPECT_EQ(grad(sum(1 / x), x).to_vector<double>()[0], -infinity);
}

}  // namespace
}  // namespace luge::testing
