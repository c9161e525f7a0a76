// Exceptions anywhere in building, walking, compiling and running leave nothing behind.
#include <gtest/gtest.h>

#include <stdexcept>

#include "graph/op_registry.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/luge.h"
#include "luge/random.h"
#include "runtime/allocations.h"
#include "runtime/eval.h"

namespace luge::testing {
namespace {

/// x, or an exception in one stage of an op's life.
struct Stage {
  enum : std::int64_t { nowhere, infer, gradient, decompose, kernel };
  static inline std::int64_t throws_at = nowhere;
  static inline int skip = 0;  // so many times it goes well before
  static void pass(std::int64_t stage) {
    if (throws_at == stage && skip-- <= 0) throw std::runtime_error("thrown on purpose");
  }
};

struct ThrowingOp : Op<ThrowingOp> {
  static constexpr auto name = "throwing";
  Types infer(const Types& in) const {
    Stage::pass(Stage::infer);
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const {
    Stage::pass(Stage::decompose);
    return {in[0] * 1};
  }
  Tensors gradient(const GradientCall& c) const {
    Stage::pass(Stage::gradient);
    return {c.g[0] * c.in[0] / c.in[0]};
  }
};

struct FailingKernel : Op<FailingKernel> {
  static constexpr auto name = "failing_kernel";
  static constexpr Traits traits{.can_fail = true};
  Types infer(const Types& in) const { return {in[0]}; }
  void reference(const ReferenceCall& call) const {
    for (std::int64_t i = 0; i < call.out[0].type.shape.elements(); ++i) {
      const float x = call.in[0].as<float>()[i];
      call.out[0].as<float>()[i] = x;
      if (Stage::throws_at == Stage::kernel) call.status->record({i, x, 10});
    }
  }
  Tensors gradient(const GradientCall& c) const { return {c.g[0]}; }
};

Tensor values(std::vector<float> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return tensor(elements, {count});
}

struct Armed {
  explicit Armed(std::int64_t stage, int skip = 0) {
    Stage::throws_at = stage;
    Stage::skip = skip;
  }
  ~Armed() { Stage::throws_at = Stage::nowhere; }
};

/// A small training in each of the three ways, every part of which can fail.
struct Training {
  Variable w{values({1, 2, 3}), "w"};
  Variable steps{values({0}), "steps", {.trainable = false}};
  optim::Optimizer adam = optim::Adam(0.1);
  Tensor x = values({0.5f, -1, 2});

  Tensor loss(const Tensor& in) const {
    const Tensor scale = make<ThrowingOp>({}, exp(in * 0.1));
    return sum(square(make<FailingKernel>({}, w.value() * scale))) + sum(random::uniform({3}));
  }
};

std::vector<float> eager_step(Training& t) {
  const Tensor loss = t.loss(t.x);
  const std::vector<Variable> parameters{t.w};
  t.steps.assign(t.steps + 1);
  t.adam.step(parameters, grad(loss, parameters));
  std::vector<float> result = t.w.value().to_vector<float>();
  result.push_back(loss.item<float>());
  return result;
}

std::vector<float> reading_step(Training& t) {
  const Tensor loss = t.loss(t.x);
  const std::vector<Variable> parameters{t.w};
  std::vector<float> result{loss.item<float>()};
  t.adam.step(parameters, grad(loss, parameters));
  for (float each : t.w.value().to_vector<float>()) result.push_back(each);
  return result;
}

std::vector<float> compiled_step(Training& t) {
  auto step = compile([&t](const Tensor& x) {
    const Tensor loss = t.loss(x);
    const std::vector<Variable> parameters{t.w};
    t.adam.step(parameters, grad(loss, parameters));
    return loss;
  });
  std::vector<float> result{step(t.x).item<float>()};
  for (float each : t.w.value().to_vector<float>()) result.push_back(each);
  return result;
}

using Step = std::vector<float> (*)(Training&);
struct Way {
  const char* name;
  Step step;
};
constexpr Way ways[] = {{"eager", eager_step}, {"reading", reading_step}, {"compiled", compiled_step}};

/// What a step after a warm-up step gives when nothing fails.
std::vector<float> undisturbed(Step step) {
  random::seed(7);
  Training t;
  step(t);
  return step(t);
}

void expect_same_after(Training& t, Step step, const random::State& before,
                       const std::vector<float>& expected) {
  random::set_state(before);  // what an expression drew while it was built is drawn
  EXPECT_EQ(step(t), expected);
  EXPECT_EQ(sum(exp(values({0, 0}))).item<float>(), 2);
}

TEST(Thrown, AnOpThatThrowsAnywhereLeavesNothingBehind) {
  for (const Way& way : ways) {
    const std::vector<float> expected = undisturbed(way.step);
    for (const std::int64_t stage : {Stage::infer, Stage::gradient, Stage::decompose, Stage::kernel}) {
      for (const int skip : {0, 1, 2, 3}) {
        SCOPED_TRACE(::testing::Message() << way.name << " " << stage << " " << skip);
        random::seed(7);
        Training t;
        way.step(t);
        const random::State before = random::state();
        const auto weights = t.w.value().to_vector<float>();
        bool thrown = false;
        {
          const Armed armed(stage, skip);
          try {
            way.step(t);
          } catch (const std::exception&) {
            thrown = true;
          }
        }
        if (!thrown) continue;  // a later step of the same kind is in the cache
        EXPECT_EQ(t.w.value().to_vector<float>(), weights);
        expect_same_after(t, way.step, before, expected);
      }
    }
  }
}

TEST(Thrown, AFailedStepCanBeTakenAgainWithTheSameGraph) {
  Training t;
  const std::vector<Variable> parameters{t.w};
  const Tensor loss = t.loss(t.x);
  const Tensors gradients = grad(loss, parameters);
  const auto weights = t.w.value().to_vector<float>();
  {
    const Armed armed(Stage::kernel);
    EXPECT_THROW(t.adam.step(parameters, gradients), Error);
    EXPECT_THROW(loss.item<float>(), Error);
  }
  EXPECT_EQ(t.w.value().to_vector<float>(), weights);
  EXPECT_GT(loss.item<float>(), 0);
  t.adam.step(parameters, gradients);
  EXPECT_NE(t.w.value().to_vector<float>(), weights);
}

TEST(Thrown, AFailedCompiledCallDrawsNoRandomNumbers) {
  Training t;
  auto step = compile([&t](const Tensor& x) { return t.loss(x); });
  step(t.x);
  const random::State before = random::state();
  {
    const Armed armed(Stage::kernel);
    EXPECT_THROW(step(t.x), Error);
  }
  EXPECT_EQ(random::state(), before);
}

TEST(Thrown, AMemoryLimitThatCannotBeKeptChangesNothing) {
  Training t;
  const std::vector<float> weights = t.w.value().to_vector<float>();
  set_memory_limit(1);
  EXPECT_THROW(eager_step(t), MemoryError);
  set_memory_limit(0);
  EXPECT_EQ(t.w.value().to_vector<float>(), weights);
  eager_step(t);
}

TEST(Thrown, AnAllocationThatFailsAnywhereLeavesNothingBehind) {
  for (const Way& way : ways) {
    const std::vector<float> expected = undisturbed(way.step);
    int failures = 0;
    for (std::uint64_t nth = 1;; nth += 1 + nth / 16) {
      SCOPED_TRACE(::testing::Message() << way.name << ", allocation " << nth);
      random::seed(7);
      Training t;
      way.step(t);
      const random::State before = random::state();
      const auto weights = t.w.value().to_vector<float>();
      bool thrown = false;
      {
        const FailingAllocation failing(nth);
        try {
          way.step(t);
        } catch (const std::exception&) {
          thrown = true;
        }
        if (!failing.failed()) break;
      }
      if (!thrown) continue;  // somebody could do without
      ++failures;
      if (t.w.value().to_vector<float>() != weights) continue;  // after the step, while its results were read
      expect_same_after(t, way.step, before, expected);
      if (HasFailure()) break;
    }
    EXPECT_GT(failures, 20) << way.name;
  }
}

}  // namespace
}  // namespace luge::testing
