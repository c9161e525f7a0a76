#include <gtest/gtest.h>

#include <algorithm>

#include "compile/lower.h"
#include "compile/passes.h"
#include "support/fake_backend.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

std::vector<std::string> names(const Program& program) {
  std::vector<std::string> result;
  for (const ProgramStep& step : program.steps) result.push_back(step.name);
  return result;
}

LayoutId layout_of_leaf(const Program& program, std::size_t k) {
  return program.values[static_cast<std::size_t>(program.inputs[k])].layout;
}

struct SelectTest : ::testing::Test {
  FakeBackend backend;
  compiler::Options options{.backend = &backend, .disabled = {}};

  SelectTest() {
    for (const char* op : {"toy_add", "toy_sub", "toy_mul", "toy_neg", "toy_relu"}) {
      backend.add(op, "elementwise", elementwise_offer);
    }
  }
  std::shared_ptr<const Program> lower(const compiler::Graph& graph) {
    return compiler::lower(graph, options);
  }
};

TEST_F(SelectTest, TakesTheFirstThatAcceptsAndNotesRefusals) {
  backend.add("toy_dense", "picky", [](const KernelRequest&) { return refuse("never"); });
  backend.add("toy_dense", "willing", [](const KernelRequest&) { return fake_offer(); });
  backend.add("toy_dense", "late", [](const KernelRequest&) { return fake_offer(); });
  const Tensor x = argument({4});
  const auto program = lower(graph_of({x}, {toy_dense(x)}));
  EXPECT_EQ(program->steps[0].note, "willing");
  ASSERT_EQ(program->steps[0].refusals.size(), 2u);
  EXPECT_EQ(program->steps[0].refusals[0], "picky: never");
}

TEST_F(SelectTest, FallsBackOnTheReferenceLoop) {
  const Tensor x = argument({4});
  EXPECT_EQ(lower(graph_of({x}, {toy_dense(x)}))->steps[0].note, "reference");
}

TEST_F(SelectTest, WeighsCostAgainstReorders) {
  // The blocked kernel is faster, but not by what two reorders of a large image cost.
  double plain = 1e-3;
  backend.add("toy_dense", "blocked", [](const KernelRequest&) { return fake_offer({1}, {1}, 1e-4); });
  backend.add("toy_dense", "plain", [&](const KernelRequest&) { return fake_offer({}, {}, plain); });
  const Tensor x = argument({1 << 20});
  const compiler::Graph graph = graph_of({x}, {toy_dense(x)});
  EXPECT_EQ(lower(graph)->steps[0].note, "plain");
  plain = 1e-2;
  EXPECT_EQ(names(*lower(graph)), (std::vector<std::string>{"reorder", "toy_dense", "reorder"}));
}

TEST_F(SelectTest, ReordersAValueOnceForAllWhoWantIt) {
  backend.add("toy_dense", "blocked", [](const KernelRequest&) { return fake_offer({1}, {1}); });
  const Tensor x = argument({4});
  const auto program = lower(graph_of({x}, {toy_dense(x), toy_mul(toy_dense(x), toy_dense(toy_neg(x)))}));
  const auto steps = names(*program);
  // x once, -x once, and the two results to the public layout.
  EXPECT_EQ(std::count(steps.begin(), steps.end(), "reorder"), 4);
}

TEST_F(SelectTest, ElementwiseStepsFollowTheLayoutTheyMeet) {
  backend.add("toy_dense", "blocked", [](const KernelRequest&) { return fake_offer({1}, {1}); });
  const Tensor x = argument({4});
  const auto program = lower(graph_of({x}, {toy_dense(toy_relu(toy_neg(toy_dense(x))))}));
  EXPECT_EQ(names(*program), (std::vector<std::string>{"reorder", "toy_dense", "toy_neg", "toy_relu",
                                                       "toy_dense", "reorder"}));
}

TEST_F(SelectTest, ASlotHasTheLayoutOfItsUpdate) {
  // Forward wants the weight in layout 1; its gradient comes in layout 2, and with it the update and the
  // momentum.
  backend.add("toy_dense", "forward", [](const KernelRequest&) { return fake_offer({1}, {}); });
  backend.add("toy_pair", "backward", [](const KernelRequest&) { return fake_offer({}, {2, 0}); });
  const Tensor w = argument({4}), m = argument({4}), x = argument({4});
  const Tensor y = toy_dense(w);
  const Tensor gradient = toy_pair(toy_mul(y, x))[0];
  const Tensor next_m = toy_add(m, gradient);
  const Tensor next_w = toy_sub(w, next_m);
  const auto program = lower(graph_of({w, m, x}, {y, next_w, next_m}, {-1, 0, 1}));
  EXPECT_EQ(layout_of_leaf(*program, 0), 2u);
  EXPECT_EQ(layout_of_leaf(*program, 1), 2u);
  EXPECT_EQ(layout_of_leaf(*program, 2), public_layout);
  const auto steps = names(*program);
  EXPECT_EQ(std::count(steps.begin(), steps.end(), "reorder"), 1) << "only the forward copy of w";
  EXPECT_EQ(program->values[static_cast<std::size_t>(program->roots[0])].layout, public_layout);
  EXPECT_EQ(program->values[static_cast<std::size_t>(program->roots[1])].layout, 2u);
  EXPECT_EQ(program->replaces, (std::vector<int>{-1, 0, 1})) << "written in place";
}

TEST_F(SelectTest, AReadThatNobodyReplacesComesPacked) {
  backend.add("toy_dense", "forward", [](const KernelRequest&) { return fake_offer({1}, {}); });
  const Tensor w = read_leaf(nullptr, {f32, {4}}, true, Tensor());
  const auto program = lower(graph_of({w}, {toy_dense(w)}));
  EXPECT_EQ(layout_of_leaf(*program, 0), 1u);
  EXPECT_EQ(program->steps.size(), 1u);
}

TEST_F(SelectTest, APaddedLayoutCountsItsPadding) {
  backend.add("toy_dense", "padded", [](const KernelRequest&) { return fake_offer({3}, {3}); });
  const Tensor x = argument({5});
  const auto program = lower(graph_of({x}, {toy_dense(toy_dense(x))}));
  EXPECT_EQ(program->arena_bytes, 128u);  // both 16 floats
}

}  // namespace
}  // namespace luge::testing
