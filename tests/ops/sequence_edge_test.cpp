// Sequence ops at their edges: large scores, rows that see nothing, dropout, 16 bits, one step, no sequences,
// and bad input.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/positional.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

constexpr double none = -std::numeric_limits<double>::infinity();

void expect_finite(const Tensor& x) {
  for (const double each : cast(x, f64).to_vector<double>()) ASSERT_TRUE(std::isfinite(each)) << each;
}

class SequenceEdges : public ::testing::Test {
 protected:
  void SetUp() override { random::seed(7); }
  Tensor draw(const Shape& shape, DType dtype = f32) { return random::uniform(shape, -1, 1, dtype); }
};

// Of three rows the first sees nothing; what it does not see is NaN.
TEST_F(SequenceEdges, ARowThatSeesNothingGivesZeroWithEitherMask) {
  const Tensor q = draw({2, 1, 3, 2}), k = draw({2, 1, 4, 2}), v = draw({2, 1, 4, 2});
  const Tensor row = iota_like(zeros({3, 4}), 0);
  for (const Tensor& mask : {greater(row, 0), where(greater(row, 0), zeros({3, 4}), none)}) {
    for (const double rate : {0.0, 0.5}) {
      const Tensor y = attention(q, k, v, {.dropout = rate}, mask);
      const Tensors gradients = grad(sum(square(y)), Tensors{q, k, v});
      EXPECT_EQ(select(y, 2, 0).to_vector<float>(), std::vector<float>(4, 0));
      expect_finite(y);
      for (const Tensor& each : gradients) expect_finite(each);
      EXPECT_EQ(select(gradients[0], 2, 0).to_vector<float>(), std::vector<float>(4, 0));
    }
    const Tensor weights = attention_weights(q, k, {}, mask);
    EXPECT_EQ(select(weights, 2, 0).to_vector<float>(), std::vector<float>(8, 0));
    for (const float total : sum(slice(weights, 2, 1, 3), -1).to_vector<float>()) EXPECT_NEAR(total, 1, 1e-6);
  }
}

TEST_F(SequenceEdges, WhatIsHiddenReachesNothingWithAMaskThatIsAdded) {
  const Tensor q = draw({1, 1, 2, 2}), mask = tensor({0.f, static_cast<float>(none), 0.f}, {3});
  const auto with = [&](float hidden) {
    const Tensor column = iota_like(zeros({1, 1, 3, 2}), 2);
    random::seed(1);
    const Tensor k = where(equal(column, 1), hidden, draw({1, 1, 3, 2})),
                 v = where(equal(column, 1), hidden, draw({1, 1, 3, 2}));
    const Tensor y = attention(q, k, v, {}, mask);
    const Tensor slope = grad(sum(square(y)), q);
    return concat({y, slope}, 0).to_vector<float>();
  };
  const std::vector<float> right = with(0);
  for (const float hidden : {NAN, INFINITY}) {
    const std::vector<float> got = with(hidden);
    for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], right[k], 1e-6) << hidden;
  }
}

TEST_F(SequenceEdges, LargeScoresStayFinite) {
  for (const DType dtype : {f32, f64, bf16}) {
    const Tensor q = cast(full({1, 1, 2, 1}, 100), dtype);
    const Tensor k = cast(tensor({100.f, -100.f, 99.f}, {1, 1, 3, 1}), dtype);
    const Tensor v = cast(tensor({1.f, 2.f, 3.f}, {1, 1, 3, 1}), dtype);
    for (const Tensor& mask : {Tensor(), cast(tensor({1e4f, 1e4f, 0.f}, {3}), dtype)}) {
      const Tensor y = attention(q, k, v, {}, mask);
      const Tensors gradients = grad(sum(y), Tensors{q, k, v});
      EXPECT_EQ(cast(y, f32).to_vector<float>(), (std::vector<float>{1, 1}));
      for (const Tensor& each : gradients) expect_finite(each);
    }
  }
}

TEST_F(SequenceEdges, DropoutKeepsTheMeanOfTheWeights) {
  const Tensor q = draw({1, 1, 1, 2}), k = draw({1, 1, 3, 2}), v = ones({1, 1, 3, 1});
  double total = 0;
  int other = 0;
  for (int n = 0; n < 2000; ++n) {
    const float y = attention(q, k, v, {.dropout = 0.25}).item<float>();
    total += y / 2000;
    other += std::abs(y - 1) > 1e-3;
  }
  EXPECT_NEAR(total, 1, 0.03);
  EXPECT_GT(other, 1000);
  EXPECT_EQ(attention(q, k, v, {.dropout = 1}).item<float>(), 0);
  const Tensor qkv = draw({2, 3, 6});
  expect_finite(grad(sum(self_attention(qkv, 1, {.causal = true, .dropout = 0.5})), qkv));
}

TEST_F(SequenceEdges, SixteenBitsComputeInFloat32) {
  const Tensor x = draw({2, 9, 3}), w_ih = draw({4, 3}), w_hh = draw({4, 4}), b = draw({4});
  const auto narrow = [](const Tensor& each) { return cast(each, bf16); };
  const auto wide = [](const Tensor& each) { return cast(cast(each, bf16), f32); };
  const auto expect_rounded_once = [](const Tensor& got, const Tensor& exact) {
    EXPECT_EQ(got.dtype(), bf16);
    EXPECT_EQ(cast(got, f32).to_vector<float>(), cast(cast(exact, bf16), f32).to_vector<float>());
  };
  const RnnOptions options{.batch_first = true};
  expect_rounded_once(rnn(narrow(x), narrow(w_ih), narrow(w_hh), narrow(b), options).y,
                      rnn(wide(x), wide(w_ih), wide(w_hh), wide(b), options).y);
  const Tensor rotated = draw({5, 4});
  expect_rounded_once(rotary_embedding(narrow(rotated), {.offset = 1000}),
                      rotary_embedding(wide(rotated), {.offset = 1000}));
  const Tensor q = draw({1, 1, 3, 4}), mask = draw({3, 3});
  expect_rounded_once(attention_weights(narrow(q), narrow(q), {}, narrow(mask)),
                      attention_weights(wide(q), wide(q), {}, wide(mask)));
}

TEST_F(SequenceEdges, RotatedProductsDependOnTheDistance) {
  const Tensor q = broadcast_to(draw({1, 6}, f64), {9, 6}), k = broadcast_to(draw({1, 6}, f64), {9, 6});
  for (const bool interleaved : {false, true}) {
    const RotaryOptions options{.interleaved = interleaved};
    const Tensor a = rotary_embedding(q, options), b = rotary_embedding(k, options);
    const auto product = [&](std::int64_t i, std::int64_t j) { return sum(a[i] * b[j]).item<double>(); };
    EXPECT_NEAR(product(5, 2), product(8, 5), 1e-12);
    EXPECT_NEAR(product(0, 0), product(7, 7), 1e-12);
    EXPECT_GT(std::abs(product(5, 2) - product(2, 5)), 1e-6);
  }
}

TEST(BadInput, C01_OperandsOfSequenceOps) {
  const Tensor x = zeros({3, 2, 4}), w_ih = zeros({5, 4}), w_hh = zeros({5, 5});
  expect_error<ShapeError>([&] { rnn(x, zeros({5, 3}), w_hh); }, {"rnn", "4", "3"});
  expect_error<ShapeError>([&] { rnn(x, w_ih, zeros({5, 4})); }, {"rnn", "weight"});
  expect_error<ShapeError>([&] { rnn(x, w_ih, w_hh, zeros({6})); }, {"rnn", "bias", "6", "5"});
  expect_error<ShapeError>([&] { rnn(x, w_ih, w_hh, {}, {}, zeros({3, 5})); }, {"rnn", "h0", "[3,5]"});
  expect_error<ShapeError>([&] { rnn(zeros({0, 2, 4}), w_ih, w_hh); }, {"rnn", "no steps"});
  expect_error<DTypeError>([&] { rnn(x, cast(w_ih, f64), w_hh); }, {"rnn", "f64"});
  expect_error<ShapeError>(
      [&] {
        lstm_projected(x, zeros({12, 4}), zeros({12, 3}), zeros({3, 3}));
      },
      {"lstm_projected", "3 features of 3", "fewer"});
  expect_error<ValueError>(
      [&] {
        lstm_projected(x, zeros({12, 4}), zeros({12, 2}), zeros({2, 3}), {}, {}, zeros({2, 2}));
      },
      {"lstm_projected", "both or neither"});
  expect_error<ShapeError>(
      [&] {
        lstm_projected(x, zeros({12, 4}), zeros({12, 2}), zeros({2, 3}), {}, {}, zeros({2, 3}),
                       zeros({2, 3}));
      },
      {"lstm_projected", "h0"});
  expect_error<ShapeError>(
      [&] {
        gru(x, zeros({14, 4}), zeros({15, 5}), {}, {}, {.reset_after = false});
      },
      {"gru_reset_before", "14"});
}

TEST(BadInput, C01_OperandsOfAttention) {
  const Tensor q = zeros({1, 4, 3, 2}), k = zeros({1, 3, 5, 2});
  expect_error<ShapeError>([&] { attention(q, k, k); }, {"attention", "k", "3 heads", "q has 4"});
  expect_error<ShapeError>([&] { attention_weights(q, k); }, {"attention_weights", "3 heads"});
  expect_error<ShapeError>([&] { attention(q, q, q, {}, zeros({3, 4})); }, {"mask", "[3,4]", "[1,4,3,3]"});
  expect_error<DTypeError>([&] { attention(q, q, q, {}, zeros({3, 3}, f64)); }, {"f64", "f32"});
  expect_error<ValueError>([&] { attention(q, q, q, {.dropout = 1.5}); }, {"attention", "dropout is 1.5"});
  expect_error<ValueError>([&] { attention(q, q, q, {.dropout = NAN}); }, {"attention", "dropout"});
  expect_error<ShapeError>(
      [&] {
        attention(q, q, zeros({1, 4, 2, 2}), {.dropout = 0.1});
      },
      {"attention", "v"});
  expect_error<ShapeError>(
      [] {
        self_attention(zeros({1, 3, 8}), 2, {}, zeros({3, 3}));
      },
      {"self_attention", "multiple of 6"});
}

TEST(BadInput, C01_Positions) {
  expect_error<ValueError>(
      [] {
        rotary_embedding(zeros({3, 5}));
      },
      {"rotary_embedding", "5 features", "even"});
  expect_error<ValueError>([] { rotary_embedding(zeros({3, 4}), {.features = 6}); }, {"6 features", "[3,4]"});
  expect_error<ValueError>([] { rotary_embedding(zeros({3, 4}), {.features = -2}); }, {"-2 features"});
  expect_error<ValueError>([] { rotary_embedding(zeros({3, 4}), {.base = 0}); }, {"base is 0"});
  expect_error<ShapeError>([] { rotary_embedding(zeros({4})); }, {"rotary_embedding", "[4]"});
  expect_error<ShapeError>(
      [] {
        rotary_embedding(zeros({3, 4}), {}, zeros({2}, i64));
      },
      {"positions", "[2]"});
  expect_error<DTypeError>(
      [] {
        rotary_embedding(zeros({3, 4}), {}, zeros({3}));
      },
      {"rotary_embedding", "f32"});
  expect_error<ValueError>([] { sinusoidal_encoding(zeros({3}), 0); }, {"sinusoidal_encoding", "width is 0"});
  expect_error<DTypeError>([] { sinusoidal_encoding(zeros({3}), 4, 10000, i32); }, {"i32"});
}

TEST(BadInput, C11_Lengths) {
  const auto reverse = [](const std::vector<std::int64_t>& lengths) {
    const Tensor x = zeros({3, 4});
    return reverse_sequence(x, tensor(lengths, {3})).to_vector<float>();
  };
  EXPECT_EQ(reverse({0, 4, 2}).size(), 12u);
  expect_error<IndexError>([&] { reverse({1, 5, 9}); }, {"reverse_sequence", "sequence 1 is 5", "0 to 4"});
  expect_error<IndexError>([&] { reverse({1, 2, -3}); }, {"reverse_sequence", "sequence 2 is -3"});
  expect_error<ShapeError>([] { reverse_sequence(zeros({3, 4}), zeros({2}, i64)); }, {"lengths", "2", "3"});
  expect_error<ShapeError>([] { reverse_sequence(zeros({3, 4}), zeros({3}, i64), {.axis = 0}); }, {"axis 0"});
  expect_error<DTypeError>([] { reverse_sequence(zeros({3, 4}), zeros({3})); }, {"reverse_sequence", "f32"});
}

}  // namespace
}  // namespace luge
