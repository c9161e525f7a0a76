// What lazy engines get wrong: when values exist, whose they are, and what an assignment changes.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/luge.h"
#include "runtime/eval.h"
#include "support/errors.h"
#include "support/sanitizer.h"

namespace luge {
namespace {

using testing::expect_error;

Tensor values(std::vector<float> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return tensor(elements, {count});
}

// One optimizer step by hand: w ← w − rate·g, through the point at which steps take effect.
void descend(Variable& w, Tensor gradient, float rate) {
  const std::pair<Variable, Tensor> update[] = {{w, w - rate * gradient}};
  gradient = {};  // as an optimizer does: nobody holds it while the step runs
  assign_and_evaluate(update);
}

TEST(Eager, ReadsWhatWasComputed) {
  const Tensor x = values({1, 2, 3});
  EXPECT_EQ((x * 2 + 1).to_vector<float>(), (std::vector<float>{3, 5, 7}));
  EXPECT_EQ(sum(x * x).item<float>(), 14);
}

TEST(Eager, LossIsTheSameBeforeAndAfterAStepWithoutASecondForward) {
  Variable w(values({1, 2}), "w");
  for (int step = 0; step < 3; ++step) {
    const Tensor loss = sum(square(w.value()));
    Tensor gradient = grad(loss, w);
    const auto before = w.value().to_vector<float>();
    const std::uint64_t runs = program_runs();
    {
      const std::pair<Variable, Tensor> update[] = {{w, w - 0.25f * std::exchange(gradient, Tensor())}};
      assign_and_evaluate(update);
    }
    EXPECT_EQ(program_runs(), runs + 1);
    EXPECT_EQ(loss.item<float>(), before[0] * before[0] + before[1] * before[1]);
    EXPECT_EQ(program_runs(), runs + 1);
    EXPECT_EQ(w.value().to_vector<float>()[0], before[0] / 2);
  }
}

TEST(Eager, AHeldHandleNeverChanges) {
  Variable w(values({1, 2}), "w");
  const Tensor held = w;
  const Tensor doubled = held * 2;
  for (int step = 0; step < 3; ++step) descend(w, grad(sum(square(w.value())), w), 0.25f);
  EXPECT_EQ(held.to_vector<float>(), (std::vector<float>{1, 2}));
  EXPECT_EQ(doubled.to_vector<float>(), (std::vector<float>{2, 4}));
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{0.125f, 0.25f}));
}

TEST(Eager, UpdatesHappenInPlaceWhenNobodyHoldsTheOldValue) {
  Variable w(full({1000}, 1.0), "w");
  const auto step = [&] {
    Tensor gradient =
        grad(sum(square(w.value())), w);  // a statement of its own: its temporaries must be gone
    descend(w, std::exchange(gradient, Tensor()), 0.25f);
  };
  step();
  const void* memory = w.value().bytes().data();
  step();
  EXPECT_EQ(w.value().bytes().data(), memory);
}

TEST(Eager, AReadAfterAnAssignmentGivesWhatWasAssigned) {
  Variable w(values({1}), "w");
  const Tensor before = w;
  w.assign(w + 1);
  const Tensor after = w;
  EXPECT_EQ(before.item<float>(), 1);
  EXPECT_EQ(after.item<float>(), 2);
  w.assign(w + 1);
  w.assign(w * 10);
  EXPECT_EQ(w.value().item<float>(), 30);
}

// The buffer of w is the value of v, too: v was assigned before either had a value, and w was read since.
TEST(Eager, AStepLeavesTheBufferThatAnAssignedVariableWaitsFor) {
  Variable w(values({1, 2}), "w"), v(values({5, 6}), "v");
  w.assign(w * 2);
  v.assign(w);
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{2, 4}));
  const Tensor held = v;
  const std::pair<Variable, Tensor> updates[] = {{w, w * 10}, {v, v * 100}};
  assign_and_evaluate(updates);
  EXPECT_EQ(held.to_vector<float>(), (std::vector<float>{2, 4}));
  EXPECT_EQ(w.value().to_vector<float>(), (std::vector<float>{20, 40}));
  EXPECT_EQ(v.value().to_vector<float>(), (std::vector<float>{200, 400}));
}

// The second assignment waits for a value that only the first one holds.
TEST(Eager, AssignmentsOfOneExpressionGetTheirValueTogether) {
  Variable w(values({1, 2}), "w");
  Tensor doubled = values({3, 4}) * 2;
  w.assign(doubled);
  const Tensor first = w;
  w.assign(first);
  const Tensor second = w;
  doubled.to_vector<float>();
  doubled = {};
  eval({first, second});
  EXPECT_EQ(first.to_vector<float>(), (std::vector<float>{6, 8}));
  EXPECT_EQ(second.to_vector<float>(), (std::vector<float>{6, 8}));
}

TEST(Eager, SwappingTwoVariablesSwapsThem) {
  Variable a(values({1, 2}), "a"), b(values({3, 4}), "b");
  for (int round = 0; round < 2; ++round) {
    const Tensor old_a = a, old_b = b;
    const std::pair<Variable, Tensor> updates[] = {{a, old_b}, {b, old_a}};
    assign_and_evaluate(updates);
  }
  EXPECT_EQ(a.value().to_vector<float>(), (std::vector<float>{1, 2}));
  auto swap = compile([&] {
    const Tensor old_a = a, old_b = b;
    a.assign(old_b);
    b.assign(old_a);
  });
  swap();
  EXPECT_EQ(a.value().to_vector<float>(), (std::vector<float>{3, 4}));
  EXPECT_EQ(b.value().to_vector<float>(), (std::vector<float>{1, 2}));
  swap();
  EXPECT_EQ(a.value().to_vector<float>(), (std::vector<float>{1, 2}));
}

TEST(Eager, GradAcrossWhatWasLetGoThrows) {
  Variable w(values({1, 2}), "w"), other(values({1}), "other");
  const Tensor loss = sum(square(w.value()));
  descend(w, grad(loss, w), 0.1f);
  expect_error<GraphError>([&] { grad(loss, other); }, {"released"});
  expect_error<GraphError>([&] { grad(loss * 2, w); }, {"released"});
  const Tensor x = values({1, 2});
  const Tensor y = sum(x * x);
  y.item<float>();
  expect_error<GraphError>([&] { grad(y, x); }, {"released"});
}

TEST(Eager, GradAfterReadingALossWorksWhileNothingWasLetGo) {
  Variable w(values({1, 2}), "w");
  const Tensor loss = sum(square(w.value()));
  EXPECT_EQ(loss.item<float>(), 5);
  EXPECT_EQ(grad(loss, w).to_vector<float>(), (std::vector<float>{2, 4}));
}

std::int64_t resident_pages() {
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident;
}

TEST(Eager, AMetricLoopStaysSmall) {
  Variable w(full({256}, 1.0), "w");
  Tensor total = scalar(0.0);
  std::int64_t settled = 0;
  for (int step = 0; step < 10000; ++step) {
    const Tensor loss = sum(square(w.value()));
    total += loss;
    descend(w, grad(loss, w), 0.0f);
    if (step == 3000) settled = resident_pages();
  }
  EXPECT_EQ(total.item<float>(), 2560000);
  // Had each loss kept its graph, 7,000 of them would hold over 14 MB.
  if (!testing::address_sanitizer()) {
    EXPECT_LT(resident_pages() - settled, 1000);  // which keeps freed memory aside
  }
}

TEST(Eager, ALongChainIsBuiltDifferentiatedEvaluatedAndDestroyed) {
  Variable w(values({1}), "w");
  Tensor x = w;
  for (int i = 0; i < 100000; ++i) x = x + 1;
  const Tensor gradient = grad(sum(x), w);
  EXPECT_EQ(gradient.item<float>(), 1);
  EXPECT_EQ(x.item<float>(), 100001);
}

TEST(BadInput, C16_AChainWithoutVariablesEvaluatesItselfOnTheWay) {
  Tensor x = values({0});
  for (int i = 0; i < 10000; ++i) x = x + 1;
  EXPECT_EQ(x.item<float>(), 10000);
}

TEST(Eager, TheSameStepCompilesOnce) {
  Variable w(values({1, 2}), "w");
  descend(w, grad(sum(square(w.value())), w), 0.1f);
  const std::uint64_t before = compilations();
  for (int step = 0; step < 100; ++step)
    descend(w, grad(sum(square(w.value())), w), 0.1f / static_cast<float>(step + 2));
  EXPECT_LE(compilations(), before + 1);
}

TEST(Eager, TwoThreadsEvaluate) {
  const Tensor shared = full({64, 64}, 2.0) * 3;
  const auto work = [&](float offset, float& result) {
    for (int i = 0; i < 200; ++i) result = sum(shared + offset).item<float>();
  };
  float first = 0, second = 0;
  std::thread a(work, 1.0f, std::ref(first)), b(work, 2.0f, std::ref(second));
  a.join();
  b.join();
  EXPECT_EQ(first, 4096 * 7);
  EXPECT_EQ(second, 4096 * 8);
}

TEST(BadInput, C12_AMovedFromTensorIsEmptyAndSaysSo) {
  Tensor x = values({1});
  const Tensor y = std::move(x);
  EXPECT_FALSE(x.defined());  // NOLINT(bugprone-use-after-move)
  expect_error<StateError>([&] { x.to_vector<float>(); }, {"empty", "moved from"});
  expect_error<StateError>([&] { x.shape(); }, {"empty"});
  expect_error<StateError>([&] { x + y; }, {"empty"});
}

TEST(BadInput, C13_GradWithoutSeedOrPath) {
  Variable w(values({1, 2}), "w"), unrelated(values({1}), "unrelated");
  expect_error<GraphError>([&] { grad(square(w.value()), w); }, {"shape [2]", "seed"});
  expect_error<GraphError>([&] { grad(sum(square(w.value())), unrelated); },
                           {"does not depend", "'unrelated'"});
  const Tensor loss = sum(square(w.value()));
  const Tensor first = grad(loss, w), second = grad(loss, w);
  EXPECT_EQ(first.to_vector<float>(), second.to_vector<float>());
  EXPECT_EQ(grad(loss, unrelated, {.allow_unused = true}).to_vector<float>(), std::vector<float>{0});
}

TEST(BadInput, C14_InPlaceChangeOfASavedValueIsImpossible) {
  Variable w(values({3}), "w");
  const Tensor y = square(w.value());  // its gradient needs w as it was
  w.assign(w * 100);
  expect_error<GraphError>([&] { grad(sum(y), w); }, {"'w'", "assigned after"});
  EXPECT_EQ(y.item<float>(), 9);
}

}  // namespace
}  // namespace luge
