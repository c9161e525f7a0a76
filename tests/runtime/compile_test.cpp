// compile(fn): one trace per kind of arguments, state in and out, nothing changed when it throws.
#include <gtest/gtest.h>

#include "graph/trace.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/luge.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

Tensor values(std::vector<float> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return tensor(elements, {count});
}

TEST(Compile, RunsAsWritten) {
  auto f = compile([](Tensor x, Tensor y) { return sum(x * y); });
  EXPECT_EQ(f(values({1, 2}), values({3, 4})).item<float>(), 11);
  EXPECT_EQ(f(values({1, 1}), values({3, 4})).item<float>(), 7);
  EXPECT_EQ(f.traces(), 1u);
  EXPECT_EQ(f(values({1, 1, 1}), values({3, 4, 5})).item<float>(), 12);
  EXPECT_EQ(f.traces(), 2u);
}

TEST(Compile, GivesTuplesAndLists) {
  auto pair = compile([](Tensor x) { return std::tuple<Tensor, Tensor>(x + 1, x * 2); });
  const auto [a, b] = pair(values({3}));
  EXPECT_EQ(a.item<float>(), 4);
  EXPECT_EQ(b.item<float>(), 6);
  auto list = compile([](Tensor x) { return Tensors{x, x, x + 1}; });
  EXPECT_EQ(list(values({3}))[2].item<float>(), 4);
  EXPECT_EQ(list(values({3}))[0].item<float>(), 3);
}

TEST(Compile, TakesAndLeavesStateInVariables) {
  Variable w(values({1, 2}), "w");
  auto step = compile([&](Tensor rate) {
    const Tensor loss = sum(square(w.value()));
    w.assign(w - rate * grad(loss, w));
    return loss;
  });
  EXPECT_EQ(step(scalar(0.25)).item<float>(), 5);
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{0.5f, 1}));
  const Tensor held = w;
  EXPECT_EQ(step(scalar(0.5)).item<float>(), 1.25f);
  EXPECT_EQ(held.to_vector<float>(), (std::vector<float>{0.5f, 1}));
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{0, 0}));
  EXPECT_EQ(step.traces(), 1u);
}

TEST(Compile, AFetchedOldStateSurvivesTheUpdate) {
  Variable w(values({1, 2}), "w");
  auto step = compile([&] {
    const Tensor old = w;
    w.assign(w * 10);
    return old;
  });
  const Tensor first = step();
  const Tensor second = step();
  EXPECT_EQ(first.to_vector<float>(), (std::vector<float>{1, 2}));
  EXPECT_EQ(second.to_vector<float>(), (std::vector<float>{10, 20}));
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{100, 200}));
}

TEST(Compile, AFetchedNewStateNeverChangesLater) {
  Variable w(values({1}), "w");
  auto step = compile([&] {
    w.assign(w + 1);
    return w.value();
  });
  const Tensor first = step();
  const Tensor second = step();
  EXPECT_EQ(first.item<float>(), 2);
  EXPECT_EQ(second.item<float>(), 3);
}

TEST(Compile, AThrowInsideATraceLeavesVariablesAsTheyWere) {
  Variable w(values({1}), "w");
  auto broken = compile([&](Tensor x) -> Tensor {
    w.assign(w + x);
    throw ValueError("on purpose");
  });
  expect_error<ValueError>([&] { broken(values({5})); }, {"on purpose"});
  EXPECT_EQ(w.value().item<float>(), 1);
  EXPECT_EQ(current_trace(), nullptr);
}

TEST(Compile, ReadingAValueWhileTracingThrowsNamingTheLine) {
  auto branch = compile([](Tensor x) { return sum(x).item<float>() > 0 ? x : -x; });
  expect_error<GraphError>([&] { branch(values({1})); }, {"compile_test.cpp:", "being compiled"});
}

TEST(Compile, AModeChangeTracesAgain) {
  const auto training = std::make_shared<Mode>();
  auto f = compile([&](Tensor x) { return read_mode(training) ? x * 2 : x; });
  EXPECT_EQ(f(values({1})).item<float>(), 2);
  training->on = false;
  EXPECT_EQ(f(values({1})).item<float>(), 1);
  training->on = true;
  EXPECT_EQ(f(values({1})).item<float>(), 2);
  EXPECT_EQ(f.traces(), 2u);
}

TEST(Compile, FreezingAndUnfreezingTraceAgain) {
  Variable v(values({1}), "v"), w(values({1}), "w"), unused(values({4}), "unused");
  const std::vector<Variable> all{v, w, unused};
  const optim::GradientDescent sgd(1, {.weight_decay = 0.5});
  auto step = compile([&] { sgd.step(all, grad(sum(v * w), all, {.seed = {}, .allow_unused = true})); });
  const auto after = [&](std::vector<bool> trainable) {
    std::vector<float> found;
    for (std::size_t k = 0; k < all.size(); ++k) {
      Variable(all[k]).set_trainable(trainable[k]);
      Variable(all[k]).assign(values({k == 2 ? 4.0f : 1.0f}));
    }
    step();
    for (const Variable& each : all) found.push_back(each.value().item<float>());
    return found;
  };
  EXPECT_EQ(after({true, true, true}), (std::vector<float>{-0.5, -0.5, 2}));
  EXPECT_EQ(after({false, true, true}), (std::vector<float>{1, -0.5, 2}));
  EXPECT_EQ(after({true, false, false}), (std::vector<float>{-0.5, 1, 4}));
  EXPECT_EQ(after({true, true, true}), (std::vector<float>{-0.5, -0.5, 2}));
  EXPECT_EQ(step.traces(), 3u);
}

// What the function itself switches, and back, is the same at each call.
TEST(Compile, AFunctionMayFreezeForItself) {
  Variable v(values({1}), "v"), w(values({1}), "w");
  const optim::GradientDescent sgd(1);
  auto step = compile([&] {
    w.set_trainable(false);
    const std::vector<Variable> all{v, w};
    sgd.step(all, grad(sum(v * w), all));
    w.set_trainable(true);
  });
  step();
  step();
  EXPECT_EQ(v.value().item<float>(), -1);
  EXPECT_EQ(w.value().item<float>(), 1);
  EXPECT_EQ(step.traces(), 1u);
}

TEST(Compile, CapturesOuterValuesAsTheyAre) {
  Variable w(values({1}), "w");
  const Tensor outer = w * 10;  // not evaluated yet
  auto f = compile([&](Tensor x) { return x + outer; });
  EXPECT_EQ(f(values({1})).item<float>(), 11);
  w.assign(values({7}));
  EXPECT_EQ(f(values({1})).item<float>(), 11);
}

TEST(Compile, WithinACompiledFunctionIsPartOfIt) {
  auto inner = compile([](Tensor x) { return x * 2; });
  auto outer = compile([&](Tensor x) { return inner(x) + 1; });
  EXPECT_EQ(outer(values({3})).item<float>(), 7);
  EXPECT_EQ(inner.traces(), 0u);
}

TEST(Compile, KeepsABoundedNumberOfPrograms) {
  auto f = compile([](Tensor x) { return sum(x); });
  for (std::int64_t n = 1; n <= 100; ++n) EXPECT_EQ(f(full({n}, 1.0)).item<float>(), static_cast<float>(n));
  EXPECT_EQ(f.traces(), 100u);
  f(full({1}, 1.0));  // long forgotten
  EXPECT_EQ(f.traces(), 101u);
  f(full({100}, 1.0));
  EXPECT_EQ(f.traces(), 101u);
}

TEST(Compile, SaysWhatItNeeds) {
  auto f = compile([](Tensor x) { return sum(exp(x) * 2); });
  const PlanInfo plan = f.plan(values(std::vector<float>(1000, 1)));
  EXPECT_EQ(plan.input_bytes, 4000u);
  EXPECT_GE(plan.steps, 1u);
  EXPECT_FALSE(f.explain(values(std::vector<float>(1000, 1))).empty());
}

}  // namespace
}  // namespace luge
