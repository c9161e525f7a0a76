// Prepacked values are computed once for each content of the buffers that they come from.
#include "runtime/prepacked.h"

#include <gtest/gtest.h>

#include "compile/pipeline.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

BoundLeaf leaf_of(float value) {
  BoundLeaf leaf{std::make_shared<Buffer>(sizeof(float))};
  *reinterpret_cast<float*>(leaf.buffer->data()) = value;
  return leaf;
}

float number_in(const Prepacked& prepacked) {
  return *reinterpret_cast<const float*>(prepacked.values.at(0)->data());
}

/// a - b of two of three leaves.
Program::Prepack difference(std::string computation = "a - b") {
  const Tensor a = argument({1}), b = argument({1});
  const compiler::Graph graph = graph_of({a, b}, {toy_sub(a, b)});
  return {compiler::compile(graph, {.backend = &reference_backend(), .disabled = {}}),
          {2, 0},
          std::move(computation)};
}

TEST(Prepacked, IsComputedOnce) {
  const Program::Prepack part = difference();
  const std::vector<BoundLeaf> leaves = {leaf_of(1), leaf_of(100), leaf_of(5)};
  const auto first = Prepacked::find_or_compute(part, leaves);
  EXPECT_EQ(number_in(*first), 4);
  EXPECT_EQ(Prepacked::find_or_compute(part, leaves), first);
  // Another Program that computes the same, for another batch size, finds it.
  EXPECT_EQ(Prepacked::find_or_compute(difference(), leaves), first);
  EXPECT_TRUE(leaves[1].buffer->derived.empty());
}

TEST(Prepacked, IsComputedAgainWhenASourceChanges) {
  const Program::Prepack part = difference();
  std::vector<BoundLeaf> leaves = {leaf_of(1), leaf_of(100), leaf_of(5)};
  Prepacked::find_or_compute(part, leaves);
  for (const std::size_t changed : {std::size_t{0}, std::size_t{2}}) {
    leaves[changed].buffer->derived.clear();
    *reinterpret_cast<float*>(leaves[changed].buffer->data()) += 10;
    const auto after = Prepacked::find_or_compute(part, leaves);
    EXPECT_EQ(number_in(*after), changed == 0 ? -6 : 4);
    EXPECT_EQ(Prepacked::find_or_compute(part, leaves), after);
  }
  leaves[0] = leaf_of(2);
  EXPECT_EQ(number_in(*Prepacked::find_or_compute(part, leaves)), 13);
  // What cannot be found any more is gone.
  EXPECT_EQ(leaves[2].buffer->derived.size(), 1u);
}

TEST(Prepacked, ComputationsOfOneBufferStandSideBySide) {
  const Program::Prepack part = difference(), other = difference("another");
  const std::vector<BoundLeaf> leaves = {leaf_of(1), leaf_of(100), leaf_of(5)};
  const auto first = Prepacked::find_or_compute(part, leaves);
  const auto second = Prepacked::find_or_compute(other, leaves);
  EXPECT_NE(first, second);
  EXPECT_EQ(Prepacked::find_or_compute(part, leaves), first);
  EXPECT_EQ(Prepacked::find_or_compute(other, leaves), second);
}

TEST(Prepacked, GoesWithTheBuffersItComesFrom) {
  std::vector<BoundLeaf> leaves = {leaf_of(1), leaf_of(100), leaf_of(5)};
  const std::weak_ptr<Prepacked> prepacked = Prepacked::find_or_compute(difference(), leaves);
  EXPECT_FALSE(prepacked.expired());
  leaves.clear();
  EXPECT_TRUE(prepacked.expired());
}

}  // namespace
}  // namespace luge::testing
