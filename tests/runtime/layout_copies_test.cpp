// A buffer is converted once for each layout, and only a buffer that others hold keeps the copy.
#include "runtime/layout_copies.h"

#include <gtest/gtest.h>

#include "support/fake_backend.h"

namespace luge::testing {
namespace {

constexpr LayoutId kPadded = 3;

void read_one_leaf_padded(Program& program, const FakeBackend& backend) {
  program.backend = &backend;
  program.inputs = {0};
  program.values.resize(1);
  program.values[0].type = {f32, {3}};
  program.values[0].layout = kPadded;
}

TEST(LayoutCopies, ABufferThatOthersHoldIsConvertedOnce) {
  const FakeBackend backend;
  Program program;
  read_one_leaf_padded(program, backend);
  const auto held = std::make_shared<Buffer>(12);
  BufferRef first;
  for (int run = 0; run < 3; ++run) {
    std::vector<BoundLeaf> leaves = {{held}};
    convert_leaves(program, leaves);
    EXPECT_EQ(leaves[0].buffer->layout(), kPadded);
    EXPECT_EQ(leaves[0].buffer->bytes(), 64u);
    if (!first) first = leaves[0].buffer;
    EXPECT_EQ(leaves[0].buffer, first);
    EXPECT_EQ(held->derived.size(), 1u);
  }
}

TEST(LayoutCopies, ABufferThatNobodyElseHoldsGivesWayToItsCopy) {
  const FakeBackend backend;
  Program program;
  read_one_leaf_padded(program, backend);
  std::vector<BoundLeaf> leaves = {{std::make_shared<Buffer>(12)}};
  const std::weak_ptr<Buffer> before = leaves[0].buffer;
  convert_leaves(program, leaves);
  EXPECT_EQ(leaves[0].buffer->layout(), kPadded);
  EXPECT_TRUE(before.expired());
}

TEST(LayoutCopies, ABufferInTheLayoutAskedForIsNotCopied) {
  const FakeBackend backend;
  const auto buffer = std::make_shared<Buffer>(64, kPadded);
  EXPECT_EQ(in_layout(buffer, kPadded, {f32, {3}}, backend, true), buffer);
  EXPECT_TRUE(buffer->derived.empty());
}

}  // namespace
}  // namespace luge::testing
