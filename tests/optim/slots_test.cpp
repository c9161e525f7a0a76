// Slots of any shape and dtype, held by reference at once, in every way of running a step, and in
// checkpoints.
#include "luge/optim/slots.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "graph/type.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizer.h"
#include "luge/random.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::optim {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

// Factors of the squares by row and by column, the largest element, a counter, and an average: five slots of
// four dtypes and four shapes, all held by reference before the first is used.
struct Factored : Rule {
  std::string name() const override { return "factored"; }
  Tensor update(const Tensor& w, const Tensor& g, Slots& slot) const override {
    Tensor& rows = slot("rows", zeros({w.shape()[0]}, f64));
    Tensor& columns = slot("columns", zeros({w.shape()[1]}, f32));
    Tensor& largest = slot("largest", full({}, 0.5, f32));
    Tensor& count = slot("count", full({1}, 2, i64));
    Tensor& average = slot("average");
    rows = rows + cast(sum(square(g), {1}), f64);
    columns = columns + sum(square(g), {0});
    largest = maximum(largest, max(abs(g)));
    count = count + 1;
    average = 0.5 * average + g;
    return w - slot.learning_rate() * largest * average;
  }
};

Optimizer factored() { return {std::make_shared<Factored>(), 0.5}; }

// What the slot of this name holds.
Values slot_of(const Optimizer& optimizer, const std::string& name) {
  for (const nn::NamedVariable& each : optimizer.state()) {
    if (each.name == name) return each.variable.value().to_vector<double>();
  }
  ADD_FAILURE() << "no slot " << name;
  return {};
}

// By hand, for the gradients below.
void expect_two_steps(const Variable& w, const Optimizer& optimizer) {
  EXPECT_EQ(w.value().to_vector<double>(), (Values{-11, -7, 17, 1, -3, -39}));
  EXPECT_EQ(slot_of(optimizer, "w/rows"), (Values{25, 69}));
  EXPECT_EQ(slot_of(optimizer, "w/columns"), (Values{5, 5, 84}));
  EXPECT_EQ(slot_of(optimizer, "w/largest"), (Values{8}));
  EXPECT_EQ(slot_of(optimizer, "w/count"), (Values{4}));
  EXPECT_EQ(slot_of(optimizer, "w/average"), (Values{2.5, 1, -2, 0, 0.5, 9}));
}

const Tensor& gradient(int step) {
  static const Tensor both[] = {tensor<float>({1, 2, -4, 0, 1, 2}, {2, 3}),
                                tensor<float>({2, 0, 0, 0, 0, 8}, {2, 3})};
  return both[step];
}

TEST(Slots, FiveOfSeveralShapesAndDTypesAreHeldAtOnce) {
  const Variable w(ones({2, 3}), "w");
  const Optimizer optimizer = factored();
  for (const int step : {0, 1}) optimizer.step({w}, {gradient(step)});
  expect_two_steps(w, optimizer);
}

TEST(Slots, AreMadeWhileAStepIsCompiled) {
  const Variable w(ones({2, 3}), "w");
  const Optimizer optimizer = factored();
  const auto step = compile([&](const Tensor& g) { optimizer.step({w}, {g}); });
  step(gradient(0));
  step(gradient(1));
  expect_two_steps(w, optimizer);
  EXPECT_EQ(step.traces(), 1u);
}

TEST(Slots, AreMadeBeforeTheFirstStepWithTheirInitialValues) {
  const Variable w(ones({2, 3}), "w");
  const Optimizer optimizer = factored();
  optimizer.track({{"layer/w", w}});
  std::vector<std::string> described;
  for (const auto& [name, variable] : optimizer.state()) {
    if (name.starts_with("layer/"))
      described.push_back(
          fmt::format("{} {} {}", name, luge::name(variable.dtype()), variable.shape().to_string()));
  }
  EXPECT_EQ(described, (std::vector<std::string>{"layer/w/rows f64 [2]", "layer/w/columns f32 [3]",
                                                 "layer/w/largest f32 []", "layer/w/count i64 [1]",
                                                 "layer/w/average f32 [2,3]"}));
  EXPECT_EQ(slot_of(optimizer, "layer/w/largest"), (Values{0.5}));
  EXPECT_EQ(slot_of(optimizer, "layer/w/count"), (Values{2}));
  EXPECT_EQ(slot_of(optimizer, "layer/w/rows"), (Values{0, 0}));
}

TEST(Slots, ASessionHasItsOwn) {
  const Variable w(ones({2, 3}), "w");
  const Optimizer optimizer = factored();
  const graph::Operation train = optimizer.minimize(sum(w * gradient(0)));
  graph::Session session;
  session.run(graph::initialize_all());
  session.run(train);
  EXPECT_EQ(session.value(w).to_vector<double>(), (Values{-1, -3, 9, 1, -1, -3}));
  for (const auto& [name, variable] : optimizer.state()) {
    if (name == "w/count") {
      EXPECT_EQ(session.value(variable).to_vector<double>(), (Values{3}));
    }
    if (name == "w/largest") {
      EXPECT_EQ(session.value(variable).to_vector<double>(), (Values{4}));
    }
  }
  EXPECT_EQ(slot_of(optimizer, "w/count"), (Values{2}));
}

train::Trainer make_trainer() {
  random::seed(3);
  train::Trainer trainer(nn::sequential(nn::Linear(2, {.bias = false})), loss::MSE(), factored());
  trainer.prepare(data::tensors(zeros({4, 3}), zeros({4, 2})).info());
  return trainer;
}

TEST(Slots, OfAnyShapeAreSavedAndRestored) {
  const testing::TempDir dir;
  const data::Dataset samples = data::tensors(tensor<float>({1, 0, 2, 0, 1, 1, 1, 1, 0, 2, 0, 1}, {4, 3}),
                                              tensor<float>({1, 0, 0, 1, 1, 1, 0, 0}, {4, 2}));
  const auto fit = [&](train::Trainer& trainer, std::int64_t epochs) {
    trainer.fit(samples.batch(2), {.epochs = epochs});
  };
  train::Trainer straight = make_trainer(), first = make_trainer(), second = make_trainer();
  fit(straight, 3);
  straight.save(dir.file("straight"));
  fit(first, 1);
  first.save(dir.file("part"));
  second.restore(dir.file("part"));
  const std::vector<nn::NamedVariable> saved = first.optimizer().state(),
                                       restored = second.optimizer().state();
  ASSERT_EQ(saved.size(), 7u);
  ASSERT_EQ(restored.size(), saved.size());
  for (std::size_t k = 0; k < saved.size(); ++k) {
    EXPECT_EQ(restored[k].name, saved[k].name);
    EXPECT_EQ(restored[k].variable.value().to_vector<double>(), saved[k].variable.value().to_vector<double>())
        << saved[k].name;
  }
  EXPECT_EQ(restored[5].variable.value().to_vector<double>(), (Values{4})) << "2, and a count for each step";
  fit(second, 3);
  second.save(dir.file("resumed"));
  EXPECT_EQ(testing::read_file(dir.file("straight")), testing::read_file(dir.file("resumed")));
}

// A rule that does with its slots what it is told.
struct Told : Rule {
  explicit Told(std::function<void(const Tensor&, Slots&)> use) : use_(std::move(use)) {}
  std::string name() const override { return "told"; }
  Tensor update(const Tensor& w, const Tensor& g, Slots& slot) const override {
    use_(g, slot);
    return w - g;
  }
  std::function<void(const Tensor&, Slots&)> use_;
};

TEST(Slots, OfAnotherShapeOrDTypeAreRefused) {
  for (const Tensor& other : {zeros({3}), zeros({2}, f64), zeros({2, 1})}) {
    const Variable w(ones({2}), "w");
    const Optimizer optimizer(std::make_shared<Told>([&](const Tensor&, Slots& slot) {
                                slot("v", zeros({2}));
                                slot("v", other);
                              }),
                              1);
    expect_error<ValueError>([&] { optimizer.step({w}, {ones({2})}); },
                             {"'v'", "'w'", "f32[2]", Type{other.dtype(), other.shape()}.to_string()});
    EXPECT_EQ(w.value().to_vector<double>(), (Values{1, 1}));
  }
}

TEST(Slots, NamesOfTheOptimizersOwnAreRefused) {
  for (const char* name : {"exact", "gathered"}) {
    const Variable w(ones({2}), "w");
    for (const bool initial : {false, true}) {
      const Optimizer optimizer(std::make_shared<Told>([&](const Tensor&, Slots& slot) {
                                  initial ? slot(name, zeros({1})) : slot(name);
                                }),
                                1);
      expect_error<ValueError>([&] { optimizer.step({w}, {ones({2})}); }, {name, "another name"});
    }
  }
}

// A slot is made once, when its step has not run.
TEST(Slots, BeginWithWhatIsKnownBeforeTheStep) {
  const Variable w(ones({2}), "w");
  const auto rule = std::make_shared<Told>([](const Tensor& g, Slots& slot) { slot("v", 2 * g); });
  const Optimizer compiled(rule, 1), tracked(rule, 1);
  const auto step = compile([&](const Tensor& g) { compiled.step({w}, {g}); });
  expect_error<ValueError>([&] { step(ones({2})); }, {"'v'", "'w'", "known only when the step runs"});
  EXPECT_EQ(w.value().to_vector<double>(), (Values{1, 1}));
  EXPECT_EQ(compiled.state().size(), 2u);
  const auto by_parameter = std::make_shared<Told>([&](const Tensor&, Slots& slot) { slot("v", w + 1); });
  expect_error<ValueError>(
      [&] {
        Optimizer(by_parameter, 1).track({{"w", w}});
      },
      {"'v'", "'w'", "known only when the step runs"});
  const Optimizer eager(by_parameter, 1);
  eager.step({w}, {ones({2})});
  EXPECT_EQ(slot_of(eager, "w/v"), (Values{2, 2}));
}

TEST(Slots, FailedUpdatesLeaveNone) {
  const Variable w(ones({2}), "w");
  const Optimizer optimizer(std::make_shared<Told>([](const Tensor&, Slots& slot) {
                              slot("v", zeros({3})) = ones({3});
                              throw ValueError("no");
                            }),
                            1);
  expect_error<ValueError>([&] { optimizer.step({w}, {ones({2})}); }, {"no"});
  EXPECT_EQ(optimizer.state().size(), 2u);
}

TEST(Slots, ValuesOfAnotherTypeAreNamed) {
  const Variable w(ones({2}), "w");
  const Optimizer optimizer(
      std::make_shared<Told>([](const Tensor&, Slots& slot) { slot("v", zeros({3})) = ones({4}); }), 1);
  expect_error<ShapeError>([&] { optimizer.step({w}, {ones({2})}); }, {"w/v", "[3]", "[4]"});
  EXPECT_EQ(w.value().to_vector<double>(), (Values{1, 1}));
}

}  // namespace
}  // namespace luge::optim
