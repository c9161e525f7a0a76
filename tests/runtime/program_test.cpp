#include "runtime/program.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "compile/pipeline.h"
#include "support/errors.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

std::shared_ptr<const Program> compiled(const compiler::Graph& graph) {
  compiler::verify(graph);
  return compiler::compile(graph, {.backend = &reference_backend(), .disabled = {}});
}

BoundLeaf floats(const std::vector<float>& values) {
  BoundLeaf leaf;
  leaf.buffer = std::make_shared<Buffer>(values.size() * sizeof(float));
  std::memcpy(leaf.buffer->data(), values.data(), leaf.buffer->bytes());
  return leaf;
}

std::vector<float> floats(const BufferRef& buffer) {
  std::vector<float> values(buffer->bytes() / sizeof(float));
  std::memcpy(values.data(), buffer->data(), buffer->bytes());
  return values;
}

TEST(Program, RunsWhatTheGraphSays) {
  const Tensor x = argument({4}), y = argument({4});
  const auto program = compiled(graph_of({x, y}, {toy_relu(toy_sub(toy_dense(x), y)), toy_mul(x, y)}));
  std::vector<BoundLeaf> leaves = {floats({1, 2, 3, 4}), floats({10, 4, 5, 6})};
  const auto result = program->run(leaves);
  EXPECT_EQ(floats(result[0]), (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(floats(result[1]), (std::vector<float>{10, 8, 15, 24}));
}

TEST(Program, BindsNumbersByTheirBytes) {
  const Tensor x = argument({2}), factor = scalar(3);
  const auto program = compiled(graph_of({x, factor}, {toy_mul(x, factor), factor}));
  BoundLeaf number;
  const float five = 5;
  std::memcpy(number.words, &five, sizeof five);
  std::vector<BoundLeaf> leaves = {floats({1, 2}), number};
  const auto result = program->run(leaves);
  EXPECT_EQ(floats(result[0]), (std::vector<float>{5, 10}));
  EXPECT_EQ(floats(result[1]), (std::vector<float>{5}));
}

TEST(Program, ConstantsStandInTheProgram) {
  const Tensor x = argument({2});
  const auto program = compiled(graph_of({x}, {toy_add(x, tensor<float>({1, 2}, {2}))}));
  std::vector<BoundLeaf> leaves = {floats({10, 20})};
  EXPECT_EQ(floats(program->run(leaves)[0]), (std::vector<float>{11, 22}));
}

TEST(Program, WritesStateInPlaceWhenItAloneHoldsTheBuffer) {
  const Tensor w = argument({3});
  const auto program = compiled(graph_of({w}, {toy_add(toy_dense(w), toy_dense(w))}, {0}));
  std::vector<BoundLeaf> leaves = {floats({1, 2, 3})};
  const Buffer* own = leaves[0].buffer.get();
  EXPECT_EQ(program->run(leaves)[0].get(), own);

  leaves = {floats({1, 2, 3})};
  const BufferRef held = leaves[0].buffer;
  const auto result = program->run(leaves);
  EXPECT_NE(result[0], held);
  EXPECT_EQ(floats(held), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(floats(result[0]), (std::vector<float>{6, 10, 14}));
}

TEST(Program, KeepsTheOldValueWhileLaterStepsReadIt) {
  const Tensor w = argument({2});
  const Tensor next = toy_dense(w);
  const auto program = compiled(graph_of({w}, {next, toy_mul(toy_dense(next), w), w}, {0, -1, -1}));
  std::vector<BoundLeaf> leaves = {floats({1, 2})};
  const auto result = program->run(leaves);
  EXPECT_EQ(floats(result[0]), (std::vector<float>{3, 5}));
  EXPECT_EQ(floats(result[1]), (std::vector<float>{7, 22}));
  EXPECT_EQ(floats(result[2]), (std::vector<float>{1, 2}));
}

TEST(Program, SwapsTwoSlots) {
  const Tensor a = argument({2}), b = argument({2});
  const auto program = compiled(graph_of({a, b}, {b, a}, {0, 1}));
  std::vector<BoundLeaf> leaves = {floats({1, 2}), floats({3, 4})};
  for (int round = 0; round < 3; ++round) {
    auto result = program->run(leaves);
    const bool swapped = round % 2 == 0;
    EXPECT_EQ(floats(result[0]), (swapped ? std::vector<float>{3, 4} : std::vector<float>{1, 2}));
    EXPECT_EQ(floats(result[1]), (swapped ? std::vector<float>{1, 2} : std::vector<float>{3, 4}));
    EXPECT_NE(result[0], result[1]);
    leaves = {{std::move(result[0])}, {std::move(result[1])}};
  }
}

TEST(Program, UpdatesThatReadEachOtherSeeTheOldValues) {
  const Tensor a = argument({1}), b = argument({1});
  const auto program = compiled(graph_of({a, b}, {toy_add(a, b), toy_sub(a, b)}, {0, 1}));
  std::vector<BoundLeaf> leaves = {floats({5}), floats({2})};
  const auto result = program->run(leaves);
  EXPECT_EQ(floats(result[0]), (std::vector<float>{7}));
  EXPECT_EQ(floats(result[1]), (std::vector<float>{3}));
}

TEST(Program, TwoSlotsThatGetOneValueDoNotShareMemory) {
  const Tensor a = argument({1}), b = argument({1});
  const Tensor next = toy_dense(a);
  const auto program = compiled(graph_of({a, b}, {next, next}, {0, 1}));
  std::vector<BoundLeaf> leaves = {floats({5}), floats({2})};
  const auto result = program->run(leaves);
  EXPECT_NE(result[0], result[1]);
  EXPECT_EQ(floats(result[0]), floats(result[1]));
}

TEST(Program, AFailingGuardLeavesStateAsItWas) {
  const Tensor w = argument({2}), x = argument({2});
  // The update is written down before the guard; it runs after it.
  const Tensor next = toy_neg(toy_dense(w));
  const auto program = compiled(graph_of({w, x}, {next, toy_guard(x)}, {0, -1}));
  std::vector<BoundLeaf> leaves = {floats({1, 2}), floats({3, -4})};
  expect_error<IndexError>([&] { program->run(leaves); }, {"toy_guard", "-4", "position 1"});
  EXPECT_EQ(floats(leaves[0].buffer), (std::vector<float>{1, 2}));

  leaves[1] = floats({3, 4});
  const Buffer* own = leaves[0].buffer.get();
  const auto result = program->run(leaves);
  EXPECT_EQ(result[0].get(), own) << "behind the guard the state may be written in place";
  EXPECT_EQ(floats(result[0]), (std::vector<float>{-3, -5}));
}

TEST(Program, AGuardOnTheNewValueKeepsTheOldOne) {
  const Tensor w = argument({2});
  const Tensor next = toy_dense(w);
  const auto program = compiled(graph_of({w}, {next, toy_guard(next)}, {0, -1}));
  std::vector<BoundLeaf> leaves = {floats({1, -2})};
  expect_error<IndexError>([&] { program->run(leaves); }, {"toy_guard"});
  EXPECT_EQ(floats(leaves[0].buffer), (std::vector<float>{1, -2}));
}

TEST(Program, ReshapesCostNoStep) {
  const Tensor x = argument({2, 3});
  const auto program =
      compiled(graph_of({x}, {toy_reshape(toy_dense(toy_reshape(x, {6})), {3, 2}), toy_reshape(x, {6})}));
  EXPECT_EQ(program->steps.size(), 1u);
  std::vector<BoundLeaf> leaves = {floats({1, 2, 3, 4, 5, 6})};
  const auto result = program->run(leaves);
  EXPECT_EQ(floats(result[0]), (std::vector<float>{3, 5, 7, 9, 11, 13}));
  EXPECT_EQ(result[1], leaves[0].buffer);
}

TEST(Program, ExpandsWhatHasNoKernel) {
  const Tensor x = argument({2});
  const auto program = compiled(graph_of({x}, {toy_square_plus(x)}));
  std::vector<BoundLeaf> leaves = {floats({3, -1})};
  EXPECT_EQ(floats(program->run(leaves)[0]), (std::vector<float>{12, 0}));
}

TEST(Program, RunsAChainOfAHundredThousandSteps) {
  const Tensor first = argument({1}), y = argument({1});
  Tensor x = first;
  {
    const Building building;
    for (int i = 0; i < 100000; ++i) x = toy_sub(y, x);
  }
  const auto program = compiled(graph_of({first, y}, {x}));
  EXPECT_EQ(program->steps.size(), 100000u);
  EXPECT_LE(program->arena_bytes, 128u);
  std::vector<BoundLeaf> leaves = {floats({3}), floats({5})};
  EXPECT_EQ(floats(program->run(leaves)[0]), (std::vector<float>{3}));
}

TEST(Program, RefusesLeavesThatDoNotFit) {
  const Tensor x = argument({4});
  const auto program = compiled(graph_of({x}, {toy_dense(x)}));
  std::vector<BoundLeaf> none, small = {floats({1})};
  expect_error<GraphError>([&] { program->run(none); }, {"expected 1 leaves", "received 0"});
  expect_error<GraphError>([&] { program->run(small); }, {"leaf 0", "expected 16 bytes", "received 4"});
}

TEST(Program, ExplainsItself) {
  const Tensor x = argument({4});
  const auto program = compiled(graph_of({x}, {toy_dense(toy_dense(x))}));
  const std::string text = program->explain();
  EXPECT_NE(text.find("2 steps"), std::string::npos) << text;
  EXPECT_NE(text.find("toy_dense [reference]"), std::string::npos) << text;
  EXPECT_NE(text.find("arena 16 bytes"), std::string::npos) << text;
}

}  // namespace
}  // namespace luge::testing
