#include "luge/nn/recurrent.h"

#include <gtest/gtest.h>

#include "luge/ops/random.h"
#include "luge/ops/shape.h"
#include "luge/options.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;

void expect_near(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  const auto x = a.to_vector<double>(), y = b.to_vector<double>();
  for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(x[k], y[k], 1e-6);
}

class RecurrentState : public ::testing::Test {
 protected:
  void SetUp() override { random::seed(5); }
  Tensor sequence = random::uniform({3, 6, 4}, -1, 1);
  Tensor begin = slice(sequence, {.axis = 1, .stop = 2}), rest = slice(sequence, {.axis = 1, .start = 2});
};

TEST_F(RecurrentState, OfAnLstmCarriesOn) {
  const LSTM layer(5);
  const RecurrentResult whole = layer.run(sequence), first = layer.run(begin);
  const RecurrentResult second = layer.run(rest, first.h, first.c);
  expect_near(concat({first.y, second.y}, 1), whole.y);
  expect_near(second.h, whole.h);
  expect_near(second.c, whole.c);
  expect_near(select(whole.y, 1, -1), whole.h);
  expect_error<ValueError>([&] { layer.run(rest, first.h); }, {"h0 and c0", "both or neither"});
}

TEST_F(RecurrentState, OfAGruCarriesOn) {
  const GRU layer(5);
  const RecurrentResult whole = layer.run(sequence), first = layer.run(begin);
  const RecurrentResult second = layer.run(rest, first.h);
  expect_near(concat({first.y, second.y}, 1), whole.y);
  expect_near(second.h, whole.h);
}

TEST_F(RecurrentState, LastOnlyIsTheLastStep) {
  const LSTM all(4);
  const Tensor y = all(sequence);
  LSTM last(4, {.last_only = true});
  last(sequence);
  last.weight_ih.assign(all.weight_ih), last.weight_hh.assign(all.weight_hh);
  last.bias_ih.assign(all.bias_ih), last.bias_hh.assign(all.bias_hh);
  expect_near(last(sequence), select(y, 1, -1));
}

TEST(BadInput, C01_SequencesThatAreNone) {
  expect_error<options::OptionError>([] { LSTM(0); }, {"LSTM", "units is 0"});
  expect_error<ShapeError>([] { LSTM(2)(zeros({2, 3})); }, {"LSTM 2", "[2,3]", "[N,T,inputs]"});
  const GRU gru(2);
  gru.build({3, 4});
  expect_error<ShapeError>([&] { gru(zeros({2, 3, 5})); }, {"GRU 2", "5", "4"});
  expect_error<ShapeError>([&] { gru(zeros({2, 0, 4})); }, {"no steps"});
}

}  // namespace
}  // namespace luge::nn
