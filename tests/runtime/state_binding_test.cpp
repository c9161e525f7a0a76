// A run that is refused at a guard leaves the state as it was and can be repeated, whoever runs: eager
// evaluation, a compiled function or a Session.
#include "runtime/state_binding.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/luge.h"
#include "luge/ops/check.h"
#include "luge/random.h"
#include "runtime/eval.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;
using Values = std::vector<float>;

/// w ← w + x + noise and count ← count + 1 in one run, which a guard refuses when x is not finite.
class Steps {
 public:
  virtual ~Steps() = default;
  virtual void step(const Tensor& x) = 0;
  virtual Tensor value(const Variable& variable) const { return variable.value(); }

  Values w() const { return value(w_).to_vector<float>(); }
  Values count() const { return value(count_).to_vector<float>(); }
  const void* memory_of_w() const { return value(w_).bytes().data(); }

 protected:
  using Updates = std::vector<std::pair<Variable, Tensor>>;
  Updates updates(const Tensor& x) const {
    const Tensor noise = random::uniform({3});
    return {{w_, w_ + guard_finite(x, {x}, {"the input 'x'"}) + noise}, {count_, count_ + 1}};
  }
  void assign_all(const Tensor& x) const {
    for (auto& [variable, value] : updates(x)) variable.assign(value);
  }

  Variable w_{tensor<float>({1, 2, 3}, {3}), "w"};
  Variable count_{tensor<float>({0}, {1}), "count"};
};

class EagerSteps final : public Steps {
 public:
  void step(const Tensor& x) override {
    const random::State before = random::state();
    try {
      assign_and_evaluate(updates(x));
    } catch (const Error&) {
      random::set_state(before);  // keys are drawn while the expression is built, before there is a run
      throw;
    }
  }
};

class CompiledSteps final : public Steps {
 public:
  void step(const Tensor& x) override { step_(x); }

 private:
  CompiledFunction<void, Tensor> step_ = compile([this](const Tensor& x) { assign_all(x); });
};

class SessionSteps final : public Steps {
 public:
  SessionSteps() {
    for (const Variable& each : {w_, count_}) session_.set_value(each, each.initial());
  }
  void step(const Tensor& x) override { session_.run(operation_, {{x_, x}}); }
  Tensor value(const Variable& variable) const override { return session_.value(variable); }

 private:
  graph::Session session_;
  Tensor x_ = graph::placeholder(f32, {3}, "x");
  graph::Operation operation_ = graph::record([this] { assign_all(x_); });
};

struct Way {
  std::string name;
  std::function<std::unique_ptr<Steps>()> make;
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

template <class S>
Way way(std::string name) {
  return {std::move(name), [] { return std::make_unique<S>(); }};
}

Tensor good() { return tensor<float>({10, 20, 30}, {3}); }
Tensor bad() { return tensor<float>({10, std::numeric_limits<float>::quiet_NaN(), 30}, {3}); }

class StateBindingTest : public ::testing::TestWithParam<Way> {};

TEST_P(StateBindingTest, AFailureAtAGuardLeavesTheStateAndNamesTheCulprit) {
  random::seed(5);
  const auto undisturbed = GetParam().make();
  undisturbed->step(good());
  undisturbed->step(good());

  random::seed(5);
  const auto steps = GetParam().make();
  steps->step(good());
  const Values w = steps->w(), count = steps->count();
  const void* memory = steps->memory_of_w();
  const random::State generator = random::state();
  for (int attempt = 0; attempt < 2; ++attempt) {
    expect_error<NonFiniteError>([&] { steps->step(bad()); }, {"the input 'x' is nan"});
    EXPECT_EQ(steps->w(), w);
    EXPECT_EQ(steps->count(), count);
    EXPECT_EQ(steps->memory_of_w(), memory);
    EXPECT_EQ(random::state(), generator);
  }
  steps->step(good());
  EXPECT_EQ(steps->w(), undisturbed->w());
  EXPECT_EQ(steps->count(), (Values{2}));
}

TEST_P(StateBindingTest, AStepOverwritesWhatNobodyElseHolds) {
  const auto steps = GetParam().make();
  steps->step(good());
  const void* memory = steps->memory_of_w();
  steps->step(good());
  EXPECT_EQ(steps->memory_of_w(), memory);
}

INSTANTIATE_TEST_SUITE_P(Ways, StateBindingTest,
                         ::testing::Values(way<EagerSteps>("eager"), way<CompiledSteps>("compiled"),
                                           way<SessionSteps>("session")),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace luge
