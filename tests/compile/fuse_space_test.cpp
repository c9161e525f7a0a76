// The algebra of axes of fused steps.
#include "compile/fuse_space.h"

#include <gtest/gtest.h>

#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::AxisMap;
using compiler::FuseKind;
using compiler::FuseSpace;
using Extents = std::vector<std::int64_t>;

TEST(FuseSpace, AnElementwiseResultIsTheSpaceItself) {
  const Tensor y = toy_neg(argument({2, 1, 3}));
  const auto [space, map] = compiler::space_of_root(*y.node(), FuseKind::map);
  EXPECT_EQ(space.extents, (Extents{2, 1, 3}));
  EXPECT_EQ(space.reduced, 0u);
  EXPECT_EQ(space.whole(), 0b101u) << "an extent of 1 tells nothing apart";
  EXPECT_EQ(map, (AxisMap{0, 1, 2}));
}

TEST(FuseSpace, AReductionWalksItsInput) {
  const Tensor x = argument({2, 3, 1, 5});
  const auto gone = compiler::space_of_root(*sum(x, {1, 2}).node(), FuseKind::reduce);
  EXPECT_EQ(gone.space.extents, (Extents{2, 3, 1, 5}));
  EXPECT_EQ(gone.space.reduced, 0b0010u);
  EXPECT_EQ(gone.space.kept(), 0b1001u);
  EXPECT_EQ(gone.map, (AxisMap{0, 3}));
  const auto kept = compiler::space_of_root(*sum(x, {1, 2}, keep_dims).node(), FuseKind::reduce);
  EXPECT_EQ(kept.map, (AxisMap{0, 1, 2, 3}));
  EXPECT_TRUE(compiler::combines(*sum(x, 1).node()));
  EXPECT_FALSE(compiler::combines(*sum(x, 2).node()));
}

TEST(FuseSpace, OperandsAreAlignedAtTheLastAxis) {
  const FuseSpace space{{2, 3}, 0};
  const Tensor y = toy_add(argument({2, 3}), argument({3}));
  EXPECT_EQ(compiler::map_of_input(*y.node(), FuseKind::map, 0, space, {0, 1}), (AxisMap{0, 1}));
  EXPECT_EQ(compiler::map_of_input(*y.node(), FuseKind::map, 1, space, {0, 1}), (AxisMap{1}));
}

TEST(FuseSpace, AViewDiffersByExtentsOfOne) {
  const FuseSpace space{{2, 3}, 0};
  const Tensor y = reshape(argument({2, 1, 3}), {1, 2, 3, 1});
  EXPECT_EQ(compiler::map_of_input(*y.node(), FuseKind::view, 0, space, {-1, 0, 1, -1}), (AxisMap{0, -1, 1}));
}

TEST(FuseSpace, AReducedDimensionRunsWhereTheResultIsRepeated) {
  const Tensor row = sum(argument({2, 3}), 1);
  const auto in = [&](const FuseSpace& space, const AxisMap& result) {
    return compiler::map_of_input(*row.node(), FuseKind::reduce, 0, space, result);
  };
  EXPECT_EQ(in({{2, 3}, 0}, {0}), (AxisMap{0, 1}));
  EXPECT_EQ(in({{3, 2}, 0}, {1}), (AxisMap{1, 0}));
  EXPECT_EQ(in({{2, 3}, 0b01}, {0}), std::nullopt) << "this axis is not one that the step reduces";
  EXPECT_EQ(in({{2, 4}, 0}, {0}), std::nullopt) << "no axis of that extent";
  EXPECT_EQ(in({{2}, 0}, {0}), std::nullopt);
}

TEST(FuseSpace, ReadersMustAgree) {
  const Type type{f32, {2, 1}};
  EXPECT_EQ(compiler::common_map(type, {0, -1}, {0, 1}), (AxisMap{0, 1}));
  EXPECT_EQ(compiler::common_map(type, {0, 1}, {0, 2}), (AxisMap{0, 1})) << "an extent of 1 lies anywhere";
  EXPECT_EQ(compiler::common_map(type, {0, -1}, {1, -1}), std::nullopt);
}

TEST(FuseSpace, NewAxesComeAfterTheDimensionBeforeThem) {
  const Tensor y = sum(argument({4, 2, 5, 3, 6}), {0, 2, 4});
  const Node& reduction = *y.node();
  const auto wider = compiler::widened({{2, 3}, 0}, reduction, {0, 1});
  ASSERT_TRUE(wider);
  EXPECT_EQ(wider->space.extents, (Extents{4, 2, 5, 3, 6}));
  EXPECT_EQ(wider->space.reduced, 0b10101u);
  EXPECT_EQ(wider->moved, (std::vector<int>{1, 3}));
  const FuseSpace many{Extents(14, 2), 0};
  EXPECT_FALSE(compiler::widened(many, reduction, {0, 1})) << "17 axes";
}

}  // namespace
}  // namespace luge::testing
