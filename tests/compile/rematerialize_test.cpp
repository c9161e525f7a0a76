#include "compile/rematerialize.h"

#include <gtest/gtest.h>

#include <functional>

#include "compile/lower.h"
#include "luge/compile.h"
#include "luge/error.h"
#include "luge/luge.h"
#include "support/fake_backend.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

constexpr std::size_t row = 4096;  // bytes of the values below

struct RematerializeTest : ::testing::Test {
  FakeBackend backend;
  compiler::Options options{.backend = &backend, .disabled = {}};

  RematerializeTest() {
    for (const char* op : {"toy_add", "toy_sub", "toy_mul", "toy_neg", "toy_relu"}) {
      backend.add(op, "elementwise", elementwise_offer);
    }
    backend.add("toy_dense", "dense", [](const KernelRequest&) { return fake_offer({}, {}, 1e-3); });
  }

  // A forward chain of dense layers, each value read again on the way back.
  static compiler::Graph there_and_back(int layers) {
    const Tensor x = argument({1024});
    Tensors kept = {toy_dense(x)};
    for (int i = 1; i < layers; ++i) kept.push_back(toy_dense(kept.back()));
    Tensor back = toy_dense(kept.back());
    for (int i = layers; i-- > 0;) back = toy_dense(toy_mul(back, kept[static_cast<std::size_t>(i)]));
    return graph_of({x}, {back});
  }
};

TEST_F(RematerializeTest, ComputesAgainWhatOnlyWaits) {
  const compiler::Graph graph = there_and_back(12);
  const auto before = compiler::rematerialize(graph, SIZE_MAX, options);
  EXPECT_EQ(before.steps, 0u);
  const auto after = compiler::rematerialize(graph, before.peak / 2, options);
  EXPECT_LE(after.peak, before.peak / 2);
  EXPECT_GT(after.steps, 0u);
  EXPECT_GT(after.seconds, 0);
  compiler::verify(after.graph);
}

TEST_F(RematerializeTest, CheapValuesGoFirst) {
  // Two values wait over the peak; one costs an elementwise step, the other a dense one.
  const Tensor x = argument({1024});
  const Tensor cheap = toy_neg(x), dear = toy_dense(x);
  Tensor deep = toy_dense(toy_mul(cheap, dear));
  for (int i = 0; i < 3; ++i) deep = toy_dense(deep);
  const compiler::Graph graph = graph_of({x}, {toy_sub(toy_sub(deep, dear), cheap)});
  const std::size_t full = compiler::rematerialize(graph, SIZE_MAX, options).peak;
  const auto found = compiler::rematerialize(graph, full - 1, options);
  ASSERT_EQ(found.steps, 1u);
  EXPECT_LT(found.peak, full);
  int again = 0;
  for (const Node* node : compiler::schedule(found.graph)) {
    if (!node->barrier) continue;
    ++again;
    EXPECT_EQ(node->op->name(), "toy_neg");
  }
  EXPECT_EQ(again, 1);
}

TEST_F(RematerializeTest, GuardsAreNotRunTwice) {
  const Tensor x = argument({1024});
  const Tensor guarded = toy_guard(x);
  Tensor deep = toy_dense(guarded);
  for (int i = 0; i < 3; ++i) deep = toy_dense(deep);
  const compiler::Graph graph = graph_of({x}, {toy_sub(deep, guarded)});
  EXPECT_EQ(compiler::rematerialize(graph, 1, options).steps, 0u);
}

TEST_F(RematerializeTest, AReshapeIsRemadeWithItsValue) {
  const Tensor x = argument({1024});
  const Tensor first = toy_neg(x);
  const Tensor seen = toy_reshape(first, {32, 32});
  Tensor deep = toy_dense(seen);
  for (int i = 0; i < 4; ++i) deep = toy_dense(deep);
  const compiler::Graph graph = graph_of({x}, {toy_mul(deep, seen)});
  const std::size_t full = compiler::rematerialize(graph, SIZE_MAX, options).peak;
  EXPECT_EQ(full, 3 * row);
  const auto found = compiler::rematerialize(graph, 2 * row, options);
  EXPECT_EQ(found.peak, 2 * row);
  compiler::verify(found.graph);
}

/// Restores the limit whatever happens.
struct Limit {
  explicit Limit(std::size_t bytes) { set_memory_limit(bytes); }
  ~Limit() { set_memory_limit(0); }
};

struct Trained {
  std::vector<float> losses, weights;
  PlanInfo plan;
};

Trained train(std::size_t limit) {
  const Limit limited(limit);
  random::seed(5);
  auto net = nn::sequential(nn::Conv2d(8, {.kernel = 3, .padding = nn::same}), nn::Relu(),
                            nn::Conv2d(8, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::Dropout(0.3),
                            nn::Conv2d(8, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::Flatten(),
                            nn::Linear(5));
  net.build({2, 12, 12});
  const optim::Adam adam(1e-2);
  const Variables parameters = net.parameters();
  auto step = compile([&](const Tensor& x, const Tensor& y) {
    const Tensor loss = mean(softmax_cross_entropy(net(x), y));
    adam.step(parameters, grad(loss, parameters));
    return loss;
  });
  const Tensor x = random::normal({16, 2, 12, 12});
  const Tensor y = tensor(std::vector<std::int64_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0}, {16});
  Trained trained;
  for (int i = 0; i < 3; ++i) trained.losses.push_back(step(x, y).item<float>());
  for (const Variable& parameter : parameters) {
    for (float w : parameter.value().to_vector<float>()) trained.weights.push_back(w);
  }
  trained.plan = step.plan(x, y);
  return trained;
}

std::size_t memory(const PlanInfo& plan) {
  return plan.arena_bytes + plan.state_bytes + plan.input_bytes + plan.output_bytes;
}

TEST(MemoryLimit, ATrainingWithinItGivesTheSameNumbers) {
  const Trained free = train(0);
  EXPECT_EQ(free.plan.recomputed_steps, 0u);
  const std::size_t limit = memory(free.plan) - free.plan.arena_bytes / 4;
  const Trained tight = train(limit);
  EXPECT_LE(memory(tight.plan), limit);
  EXPECT_GT(tight.plan.recomputed_steps, 0u);
  EXPECT_GT(tight.plan.recomputed_seconds, 0);
  // With other values alive another layout, and so another kernel, may be cheaper: equal up to rounding.
  for (std::size_t i = 0; i < free.losses.size(); ++i) EXPECT_NEAR(tight.losses[i], free.losses[i], 1e-5f);
  ASSERT_EQ(tight.weights.size(), free.weights.size());
  for (std::size_t i = 0; i < free.weights.size(); ++i)
    ASSERT_NEAR(tight.weights[i], free.weights[i], 1e-3f) << i;
}

TEST(MemoryLimit, OneThatCannotBeKeptSaysWhatIsNeeded) {
  try {
    train(10000);
    FAIL() << "a training in 10,000 bytes";
  } catch (const MemoryError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("10000 bytes"), std::string::npos) << text;
    EXPECT_NE(text.find("smaller batch"), std::string::npos) << text;
  }
}

// What a message says a limit has to be at least.
std::size_t named_least(const std::string& message) {
  const std::size_t at = message.find("outputs), and ");
  return at == std::string::npos ? 0 : std::stoull(message.substr(at + 14));
}

/// Small nets whose values are all in use at their peak, or reach their peak several times.
const std::vector<std::pair<std::string, std::function<Tensor(const Tensor&)>>>& small_nets() {
  static const std::vector<std::pair<std::string, std::function<Tensor(const Tensor&)>>> nets = {
      {"equal peaks", [](const Tensor& x) { return relu(avg_pool2d(relu(x), {.kernel = 2})); }},
      {"elementwise", [](const Tensor& x) { return tanh(x) * exp(x) + sin(x) * cos(x); }},
      {"chain", [](const Tensor& x) { return tanh(sin(tanh(sin(tanh(x))))); }},
      {"softmax", [](const Tensor& x) { return softmax(tanh(x)) * relu(x); }},
      {"reshapes",
       [](const Tensor& x) {
         const Tensor y = reshape(tanh(x), {4, 3, 64});
         return sum(y * sin(y), 2) * sum(exp(y), 2);
       }},
  };
  return nets;
}

TEST(MemoryLimit, TheLeastThatIsNamedCanBeKept) {
  for (const auto& [name, net] : small_nets()) {
    SCOPED_TRACE(name);
    const Tensor x = random::normal({4, 3, 8, 8});
    eval({x});
    const auto run = [&, &net = net](std::size_t limit) {
      const Limit limited(limit);
      auto step = compile([&net](const Tensor& in) { return grad(sum(square(net(in))), in); });
      return step(x).to_vector<float>();
    };
    const auto free = run(0);
    std::size_t least = 0;
    try {
      run(1);
      FAIL() << "one byte was enough";
    } catch (const MemoryError& error) {
      least = named_least(error.what());
    }
    ASSERT_GT(least, 0u);
    for (const std::size_t limit : {least, least + least / 16, least + least / 4}) {
      const auto tight = run(limit);
      for (std::size_t i = 0; i < free.size(); ++i) ASSERT_NEAR(tight[i], free[i], 1e-5f) << i;
    }
    try {
      run(least - 1);
      FAIL() << "less than the least";
    } catch (const MemoryError& error) {
      EXPECT_LE(named_least(error.what()), least);
    }
  }
}

}  // namespace
}  // namespace luge::testing
