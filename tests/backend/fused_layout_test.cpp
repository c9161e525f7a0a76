// Tile programs over values in the layouts of convolutions.
#include <gtest/gtest.h>

#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/layout.h"
#include "ops/attributes/fused.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using namespace testing;
using cpu::onednn::Tag;

LayoutId id(Tag tag, const Shape& shape) {
  return cpu::onednn::layout_of(
             cpu::onednn::Desc(cpu::onednn::dims_of(shape), cpu::onednn::memory::data_type::f32, tag))
      .value();
}

TileLine map(Instruction instruction, int a, int b = -1) {
  return {.instruction = instruction, .dtype = f32, .source = {a, b, -1}};
}

using Strides = std::vector<std::int64_t>;
Strides dense(const Shape& shape) {
  Strides strides(static_cast<std::size_t>(shape.rank()));
  std::int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; step *= shape[axis--]) {
    strides[static_cast<std::size_t>(axis)] = shape[axis] == 1 ? 0 : step;
  }
  return strides;
}

// out = line over inputs of `shape`, and one smaller value behind them.
KernelCase one_line(Instruction instruction, const Shape& shape, int large, const Type& small,
                    const Strides& strides) {
  TileProgram program;
  program.extents.assign(shape.begin(), shape.end());
  KernelCase c;
  for (int k = 0; k < large; ++k) {
    program.operands.push_back(dense(shape));
    c.in.push_back({f32, shape});
  }
  if (large < 2) {
    program.operands.push_back(strides);
    c.in.push_back(small);
  }
  program.lines = {map(instruction, 0, 1)};
  program.outputs = {{2, {f32, shape}, dense(shape)}};
  c.op = fused_op(program);
  return c;
}

Offer blocked_offer(KernelCase& c, std::vector<LayoutId> layouts) {
  c.layouts = std::move(layouts);
  return c.offer(*find_kernel("fused", "tiles, blocked"));
}

TEST(FusedLayout, RunsOverPaddingThatStaysZero) {
  const Shape shape{3, 17, 5, 6};
  for (Tag tag : {Tag::aBcd16b, Tag::acdb, Tag::ABcd16b16a}) {
    KernelCase c = one_line(Instruction::relu_mask, shape, 2, {}, {});
    const Offer offer = blocked_offer(c, {id(tag, shape), any_layout});
    ASSERT_TRUE(offer.accepted()) << offer.refusal;
    EXPECT_EQ(offer.in_layouts, (std::vector<LayoutId>(2, id(tag, shape))));
    EXPECT_EQ(offer.out_layouts, (std::vector<LayoutId>(1, id(tag, shape))));
    EXPECT_LE(run_case(c, offer), 1e-7);
  }
}

TEST(FusedLayout, RefusesPaddingThatWouldNotStayZero) {
  const Shape shape{3, 17, 5, 6};
  const LayoutId layout = id(Tag::aBcd16b, shape);
  KernelCase plus = one_line(Instruction::add, shape, 1, {f32, {}}, {0, 0, 0, 0});
  EXPECT_FALSE(blocked_offer(plus, {layout, public_layout}).accepted());
  KernelCase times = one_line(Instruction::mul, shape, 1, {f32, {}}, {0, 0, 0, 0});
  const Offer offer = blocked_offer(times, {layout, public_layout});
  ASSERT_TRUE(offer.accepted());
  EXPECT_LE(run_case(times, offer), 1e-7);
  KernelCase over = one_line(Instruction::div, shape, 2, {}, {});  // 0/0 in the padding
  EXPECT_FALSE(blocked_offer(over, {layout, layout}).accepted());
}

TEST(FusedLayout, BroadcastsAlongBlockedAxes) {
  const Shape shape{3, 32, 5, 6};
  for (Tag tag : {Tag::aBcd16b, Tag::acdb, Tag::aBcd8b}) {
    KernelCase channels = one_line(Instruction::add, shape, 1, {f32, {32}}, {0, 1, 0, 0});
    const Offer offer = blocked_offer(channels, {id(tag, shape), public_layout});
    ASSERT_TRUE(offer.accepted()) << offer.refusal;
    EXPECT_EQ(offer.in_layouts[1], public_layout);
    EXPECT_LE(run_case(channels, offer), 1e-7);
    KernelCase rows = one_line(Instruction::add, shape, 1, {f32, {3, 5}}, {5, 0, 1, 0});
    EXPECT_LE(run_case(rows, blocked_offer(rows, {id(tag, shape), public_layout})), 1e-7);
  }
}

TEST(FusedLayout, ReducesOverBlockedAxes) {
  const Shape shape{6, 32, 9, 7};
  for (Tag tag : {Tag::aBcd16b, Tag::acdb}) {
    for (std::uint32_t reduced : {0b1101u, 0b0010u, 0b1100u, 0b1111u}) {
      TileProgram program;
      program.extents.assign(shape.begin(), shape.end());
      program.reduced = reduced;
      program.operands = {dense(shape)};
      program.lines = {{.kind = TileLine::Kind::reduce,
                        .reduction = TileReduction::sum,
                        .dtype = f32,
                        .source = {0, -1, -1}},
                       map(Instruction::add, 0, 1)};
      std::vector<std::int64_t> kept;
      for (int axis = 0; axis < 4; ++axis) {
        if (!(reduced >> axis & 1)) kept.push_back(shape[axis]);
      }
      Strides strides(4, 0);
      std::int64_t step = 1;
      for (int axis = 3; axis >= 0; --axis) {
        if (reduced >> axis & 1) continue;
        strides[static_cast<std::size_t>(axis)] = step;
        step *= shape[axis];
      }
      const TileOutput sums{1, {f32, Shape(std::span<const std::int64_t>(kept))}, strides};
      const TileOutput shifted{2, {f32, shape}, dense(shape)};
      for (const TileOutput& output : {sums, shifted}) {
        program.outputs = {output};
        KernelCase c{fused_op(program), {{f32, shape}}};
        const Offer offer = blocked_offer(c, {id(tag, shape)});
        ASSERT_TRUE(offer.accepted()) << offer.refusal;
        EXPECT_LE(run_case(c, offer), 1e-6) << reduced << " " << offer.note;
      }
    }
  }
}

}  // namespace
}  // namespace luge
