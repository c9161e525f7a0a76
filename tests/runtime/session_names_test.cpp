// Session::run with names: fetches and feeds.
#include <gtest/gtest.h>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge::graph {
namespace {

using testing::expect_error;

struct Line {
  Tensor x = placeholder(f32, {unknown}, "input");
  Tensor y = placeholder(f32, {unknown}, "target");
  Variable slope{tensor({2.0f}, {1}), "slope"};
  Tensor prediction = x * slope;
  Tensor loss = sum(square(prediction - y));
};

Tensor values(std::vector<float> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return tensor(elements, {count});
}

TEST(SessionNames, FetchesAndFeedsHaveNames) {
  const Line line;
  Session session;
  session.run(initialize_all());
  const NamedTensors out = session.run({{"loss", line.loss}, {"prediction", line.prediction}},
                                       {{"target", values({1, 2})}, {"input", values({1, 3})}});
  EXPECT_EQ(out.names(), (std::vector<std::string>{"loss", "prediction"}));
  EXPECT_EQ(out["loss"].item<float>(), 17);
  EXPECT_EQ(out["prediction"].to_vector<float>(), (std::vector<float>{2, 6}));
}

TEST(SessionNames, ABatchFeedsWhatIsNamedAfterItsFields) {
  const Line line;
  const Operation step = assign(line.slope, line.slope - 0.5f * grad(line.loss, line.slope));
  Session session;
  session.run(initialize_all());
  data::Batch batch{.input = values({1, 0}), .target = values({1, 0})};
  batch.others.set("weight", values({5, 5}));
  EXPECT_EQ(session.run(line.prediction, batch).to_vector<float>(), (std::vector<float>{2, 0}));
  const Tensors out = session.run({line.loss, step}, batch);
  EXPECT_EQ(out[0].item<float>(), 1);
  EXPECT_EQ(session.value(line.slope).item<float>(), 1);
  session.run(step, batch);
  EXPECT_EQ(session.value(line.slope).item<float>(), 1);
}

TEST(SessionNames, WrongFeedsAreNamedAndNothingChanges) {
  const Line line;
  const Operation step = assign(line.slope, line.slope * sum(line.x));
  Session session;
  session.run(initialize_all());
  expect_error<GraphError>(
      [&] {
        session.run(step, NamedTensors{{"imput", values({1})}});
      },
      {"'input'", "f32[N]", "imput"});
  expect_error<GraphError>([&] { session.run(line.prediction, NamedTensors()); }, {"'input'"});
  expect_error<DTypeError>([&] { session.run(step, {{"input", ones({2}, f64)}}); }, {"'input'", "f64"});
  expect_error<ShapeError>([&] { session.run(step, {{"input", ones({2, 2})}}); }, {"'input'", "[2,2]"});
  EXPECT_EQ(session.value(line.slope).item<float>(), 2);
}

TEST(SessionNames, TwoPlaceholdersOfOneNameCannotBeFedByIt) {
  const Tensor a = placeholder(f32, {}, "x"), b = placeholder(f32, {}, "x"), sum = a + b;
  Session session;
  expect_error<ValueError>([&] { session.run(sum, {{"x", scalar(1)}}); }, {"two placeholders", "'x'"});
  EXPECT_EQ(session.run(a * 3, {{"x", scalar(1)}}).item<float>(), 3) << "only one of them is needed";
  EXPECT_EQ(session.run(sum, {{a, scalar(1)}, {b, scalar(2)}}).item<float>(), 3);
}

}  // namespace
}  // namespace luge::graph
