// Networks with several inputs and outputs: calls, predictions, summaries, gradients.
#include <gtest/gtest.h>

#include "luge/luge.h"
#include "support/errors.h"
#include "support/seq2seq.h"

namespace luge::nn {
namespace {

using testing::Answerer;
using testing::expect_error;

NamedTensors question(DType dtype = f32) {
  random::seed(2);
  return {{"words", tensor(std::vector<std::int64_t>{1, 5, 3, 0, 11, 7}, {2, 3})},
          {"picture", random::normal({2, 1, 3, 3}, 0, 1, dtype)}};
}

TEST(SeveralInputs, ABatchIsFoundByNames) {
  random::seed(1);
  const Answerer net;
  const NamedTensors in = question();
  data::Batch batch;
  batch.others = {{"picture", in["picture"]}, {"else", ones({2})}, {"words", in["words"]}};
  const NamedTensors by_name = net(batch);
  const Tensors in_order = net({in["words"], in["picture"]});
  EXPECT_EQ(by_name["scores"].to_vector<float>(), in_order[0].to_vector<float>());
  EXPECT_EQ(by_name["confidence"].to_vector<float>(), in_order[1].to_vector<float>());
}

TEST(SeveralInputs, TheFirstCallDescribesThem) {
  random::seed(1);
  const Answerer net;
  expect_error<StateError>([&] { net.input_specs(); }, {"Answerer", "'words'", "build"});
  // A call that fails leaves nothing.
  expect_error<ShapeError>([&] { net({ones({2, 3}, i64), ones({4, 1, 3, 3})}); }, {});
  EXPECT_TRUE(net.metadata().inputs.empty());
  net(question());
  const std::vector<TensorSpec> specs = net.input_specs();
  ASSERT_EQ(specs.size(), 2u);
  EXPECT_EQ(specs[0], (TensorSpec{"words", i64, {unknown, 3}}));
  EXPECT_EQ(specs[1], (TensorSpec{"picture", f32, {unknown, 1, 3, 3}}));
  EXPECT_TRUE(net.embedding.metadata().inputs.empty()) << "the usual input needs no name";
}

TEST(SeveralInputs, PredictionsOfSamplesAndBatches) {
  random::seed(1);
  const Answerer net;
  net(question());
  Metadata told = net.metadata();
  told.output = Output::logits;
  net.set_metadata(told);
  const NamedTensors in = question();
  const NamedTensors p = net.predict(in);
  EXPECT_EQ(p["scores"].to_vector<float>(), softmax(net(in)["scores"]).to_vector<float>());
  EXPECT_EQ(p["confidence"].to_vector<float>(), net(in)["confidence"].to_vector<float>());
  const NamedTensors one = net.predict({{"words", in["words"][1]}, {"picture", in["picture"][1]}});
  EXPECT_EQ(one["scores"].shape(), (Shape{1, 3}));
  for (int k = 0; k < 3; ++k)
    EXPECT_NEAR(one["scores"][0][k].item<float>(), p["scores"][1][k].item<float>(), 1e-6);
  EXPECT_TRUE(net.training()) << "the mode is as before";
  expect_error<ValueError>([&] { net.predict({{"words", in["words"]}}); }, {"'picture'"});
  expect_error<ShapeError>(
      [&] {
        net.predict({{"words", in["words"]}, {"picture", ones({3})}});
      },
      {"'picture'", "[3]", "[N,1,3,3]"});
  expect_error<ShapeError>(
      [&] {
        net.predict({{"words", in["words"][0]}, {"picture", in["picture"]}});
      },
      {"1 of the 2 inputs"});
}

TEST(SeveralInputs, ANamedSingleInputIsPredictedByNameToo) {
  struct Named : Module {
    Linear fc = child("fc", Linear(2));
    std::vector<std::string> input_names() const override { return {"features"}; }
    Tensor forward(const Tensor& x) const override { return fc(x); }
  };
  random::seed(1);
  const Named net;
  net.build({3});
  Metadata told = net.metadata();
  told.offset = {1.0f}, told.scale = {0.5f};
  net.set_metadata(told);
  const Tensor x = tensor({1.0f, 2.0f, 3.0f}, {1, 3});
  EXPECT_EQ(net.predict({{"features", x}})["output"].to_vector<float>(), net.predict(x).to_vector<float>());
  EXPECT_EQ(net.predict(x).to_vector<float>(), net((x - 1) * 0.5).to_vector<float>());
  EXPECT_EQ(net.input_specs()[0], (TensorSpec{"features", f32, {unknown, 3}}));
}

TEST(SeveralInputs, TheSummaryCountsAllOfThem) {
  const Answerer net;
  const Summary sizes = summary(net, question());
  ASSERT_EQ(sizes.layers.size(), 4u);
  EXPECT_EQ(sizes.layers[0].path, "embedding");
  EXPECT_EQ(sizes.layers[1].path, "eyes");
  EXPECT_EQ(sizes.layers[1].macs, 9 * 5);
  EXPECT_EQ(sizes.parameters, 12 * 5 + (9 * 5 + 5) + (5 * 3 + 3) + (5 + 1));
  EXPECT_EQ(summary(net).to_string(), sizes.to_string()) << "for the inputs that it was built for";
  expect_error<ValueError>([&] { summary(net, NamedTensors{{"words", ones({2, 3}, i64)}}); }, {"picture"});
}

TEST(SeveralInputs, GradientsOfAllParametersAreChecked) {
  random::seed(1);
  struct Pair : Module {
    Linear a = child("a", Linear(3));
    Linear b = child("b", Linear(3));
    std::vector<std::string> input_names() const override { return {"x", "y"}; }
    std::vector<std::string> output_names() const override { return {"product", "sum"}; }
    Tensors forward(const Tensors& in) const override {
      const Tensor left = tanh(a(in[0])), right = b(in[1]);
      return {left * right, left + (broken ? stop_gradient(right) : right)};
    }
    bool broken = false;
  };
  data::Batch batch;
  batch.others = {{"x", random::normal({4, 2}, 0, 1, f64)}, {"y", random::normal({4, 5}, 0, 1, f64)}};
  Pair net;
  const GradientReport report = gradient_check(net, batch);
  EXPECT_TRUE(report.passed) << report.to_string();
  EXPECT_EQ(report.elements, 2 * 3 + 3 + 5 * 3 + 3);
  net.broken = true;
  const GradientReport bad = gradient_check(net, batch);
  EXPECT_FALSE(bad.passed);
  EXPECT_TRUE(bad.worst.at(0).path.starts_with("b.")) << bad.to_string();
  expect_error<DTypeError>([&] { gradient_check(Answerer(), question()); }, {"embedding.weight", "f32"});
}

}  // namespace
}  // namespace luge::nn
