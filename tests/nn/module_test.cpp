#include "luge/nn/module.h"

#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/observe.h"
#include "luge/nn/pool.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/options.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;

struct Residual : Module {
  explicit Residual(std::int64_t filters) : filters(filters) {}
  std::int64_t filters;
  Conv2d conv1 = child("conv1", Conv2d(filters, {.padding = same}));
  Conv2d conv2 = child("conv2", Conv2d(filters, {.padding = same, .bias = false}));
  Tensor forward(const Tensor& x) const override { return relu(x + conv2(relu(conv1(x)))); }
};

std::vector<std::string> names(const std::vector<NamedVariable>& variables) {
  std::vector<std::string> result;
  for (const NamedVariable& v : variables) result.push_back(v.name);
  return result;
}

using Names = std::vector<std::string>;

TEST(Module, ParametersHavePaths) {
  const auto net = sequential(Residual(3), MaxPool2d(2), Flatten(), Linear(4), Relu(), Linear(2));
  net.build({3, 4, 4});
  EXPECT_EQ(names(net.named_parameters()),
            (Names{"residual1.conv1.weight", "residual1.conv1.bias", "residual1.conv2.weight",
                   "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"}));
  EXPECT_EQ(net.parameters()[0].name(), "residual1.conv1.weight");
  EXPECT_EQ(net.parameters()[3].shape(), (Shape{4, 12}));
}

TEST(Module, CopiesShareAndClonesDoNot) {
  random::seed(1);
  const auto net = sequential(Residual(2), Dropout(0.5), Flatten(), Linear(2));
  net.build({2, 3, 3});
  const Sequential copy = net, clone = net.clone();
  const Model erased = net;
  const Model erased_clone = erased.clone();
  net.set_training(false);
  const Tensor x = full({2, 2, 3, 3}, 0.5);
  const std::vector<double> before = net(x).to_vector<double>();
  EXPECT_EQ(clone.children()[1].second->training(), true);
  EXPECT_EQ(copy.children()[1].second->training(), false);
  EXPECT_EQ(erased->training(), false);
  clone.set_training(false);
  erased_clone->set_training(false);
  EXPECT_EQ(clone(x).to_vector<double>(), before);
  for (Variable& v : copy.parameters()) v.assign(zeros(v.shape()));
  EXPECT_EQ(net(x).to_vector<double>(), std::vector<double>(4, 0.0));
  EXPECT_EQ(erased(x).to_vector<double>(), std::vector<double>(4, 0.0));
  EXPECT_EQ(clone(x).to_vector<double>(), before);
  EXPECT_EQ(erased_clone(x).to_vector<double>(), before);
}

TEST(Module, ACloneKnowsItsInputAndPredicts) {
  random::seed(1);
  const auto net = sequential(Flatten(), Linear(2));
  net.build({3, 2});
  Metadata metadata = net.metadata();
  metadata.classes = {"cat", "dog"};
  net.set_metadata(metadata);
  const auto clone = net.clone();
  const Tensor x = full({4, 3, 2}, 0.5);
  EXPECT_EQ(clone.metadata().classes, metadata.classes);
  EXPECT_EQ(clone.predict(x).to_vector<float>(), net.predict(x).to_vector<float>());
}

TEST(Module, MembersOfACloneBelongToTheClone) {
  const Residual block(2);
  block.build({2, 3, 3});
  const Residual other = nn::clone(block);
  EXPECT_FALSE(other.conv1.weight.variable().same_as(block.conv1.weight.variable()));
  EXPECT_TRUE(other.conv1.weight.variable().same_as(other.parameters()[0]));
  EXPECT_TRUE(block.conv1.weight.variable().same_as(block.parameters()[0]));
}

TEST(Module, TheFirstCallMakesParametersOutsideTheTrace) {
  random::seed(3);
  const auto net = sequential(Linear(3), Tanh(), Linear(1));
  const auto forward = compile([&](Tensor x) { return net(x); });
  const Tensor x = ones({2, 4});
  const std::vector<double> first = forward(x).to_vector<double>();
  EXPECT_EQ(forward(x).to_vector<double>(), first);
  EXPECT_EQ(net(x).to_vector<double>(), first);
  EXPECT_EQ(net.parameters().size(), 4u);
  EXPECT_EQ(forward.traces(), 1u);
}

TEST(Module, BuildDrawsWhatTheFirstCallWouldDraw) {
  const auto make = [] { return sequential(Linear(3), Tanh(), Linear(2)); };
  random::seed(5);
  const auto built = make();
  built.build({4});
  random::seed(5);
  const auto called = make();
  called(ones({1, 4}));
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(built.parameters()[k].value().to_vector<float>(),
              called.parameters()[k].value().to_vector<float>());
  }
}

TEST(Module, TrainAndEvalModeTraceAgain) {
  const auto net = sequential(Dropout(0.5));
  const auto forward = compile([&](Tensor x) { return sum(net(x)); });
  const Tensor x = ones({1, 1000});
  EXPECT_NE(forward(x).item<double>(), 1000);
  net.set_training(false);
  EXPECT_EQ(forward(x).item<double>(), 1000);
  net.set_training(true);
  EXPECT_NE(forward(x).item<double>(), 1000);
  EXPECT_EQ(forward.traces(), 2u);
}

TEST(Module, ObserverSeesLayersInnermostFirst) {
  const auto net = sequential(Residual(2), Flatten());
  Names seen;
  observe(net, ones({1, 2, 3, 3}),
          [&](const LayerCall& call) { seen.push_back(call.path + ":" + call.module.type()); });
  EXPECT_EQ(seen, (Names{"residual1.conv1:Conv2d", "residual1.conv2:Conv2d", "residual1:Residual",
                         "flatten1:Flatten", ":Sequential"}));
}

TEST(Module, FrozenParametersStay) {
  const auto net = sequential(Linear(2), Linear(1));
  net.build({3});
  net.children()[0].second->set_trainable(false);
  EXPECT_FALSE(net.parameters()[0].trainable());
  EXPECT_TRUE(net.parameters()[2].trainable());
}

TEST(Module, AskingAnUnbuiltModuleNamesTheLayer) {
  const auto net = sequential(Relu(), Residual(3));
  EXPECT_FALSE(net.built());
  expect_error<StateError>([&] { net.parameters(); }, {"residual1.conv1", "Conv2d 3x3", "weight", "build"});
  EXPECT_TRUE(sequential(Relu()).built());
}

TEST(Module, ALayerThatIsNotRegisteredIsFound) {
  struct Careless : Module {
    Linear linear = Linear(2);
    Tensor forward(const Tensor& x) const override { return linear(x); }
  };
  const auto net = sequential(Careless());
  expect_error<StateError>([&] { net(ones({1, 3})); }, {"Linear", "careless1", "child("});
  struct Harmless : Module {
    Tensor forward(const Tensor& x) const override { return Relu()(x); }
  };
  EXPECT_EQ(Harmless()(ones({1})).item<float>(), 1);
}

TEST(Module, NamesAreCheckedAndUnique) {
  auto net = Sequential();
  net.add("fc", Linear(2));
  expect_error<ValueError>([&] { net.add("fc", Linear(2)); }, {"fc", "twice"});
  expect_error<ValueError>([&] { net.add("a.b", Linear(2)); }, {"a.b", "dots"});
}

TEST(BadInput, C08_AWindowLargerThanTheImageNamesTheLayer) {
  const auto net = sequential(Conv2d(4, {.kernel = 3}), MaxPool2d(2), Conv2d(8, {.kernel = 3}));
  expect_error<ShapeError>(
      [&] {
        net.build({1, 5, 5});
      },
      {"conv2 (Conv2d 3x3)", "[N,4,1,1]", "kernel 3", "padding = same"});
  expect_error<options::OptionError>([] { Conv2d(4, {.kernel = 0}); }, {"kernel is 0"});
  expect_error<options::OptionError>([] { Conv2d(0); }, {"filters is 0"});
  expect_error<options::OptionError>([] { MaxPool2d(0); }, {"window is 0"});
  expect_error<options::OptionError>([] { Conv2d(4, {.stride = 0})(ones({1, 1, 5, 5})); }, {"stride is 0"});
  expect_error<options::OptionError>(
      [] {
        Conv2d(4, {.dilation = -1})(ones({1, 1, 5, 5}));
      },
      {"dilation is -1"});
  expect_error<options::OptionError>([] { Conv2d(4, {.groups = 0}); }, {"groups is 0"});
}

TEST(BadInput, C09_ChannelsNotDivisibleByGroups) {
  const auto net = sequential(Conv2d(4, {.groups = 2}));
  expect_error<ShapeError>([&] { net.build({3, 5, 5}); }, {"conv1", "3 input channels", "2 groups"});
}

TEST(BadInput, C10_IntegersDoNotMixWithWeights) {
  const auto net = sequential(Linear(2));
  net.build({3});
  expect_error<DTypeError>([&] { net(ones({1, 3}, i64)); }, {"linear1", "i64", "f32"});
}

}  // namespace
}  // namespace luge::nn
