// The normalization kernels against their decompositions in float64: every layout, padding that stays zero,
// the same bytes from any number of threads.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/layout.h"
#include "graph/node.h"
#include "ops/attributes/norm.h"
#include "support/kernel_case.h"
#include "support/run_graph.h"

namespace luge::testing {
namespace {

using cpu::onednn::Tag;

// Repeatable numbers; those of channels lie away from 0, so that variances and scales mean something.
std::vector<float> numbers_for(const Type& type, std::size_t input) {
  std::vector<float> values(static_cast<std::size_t>(type.shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto word = (i + 17) * 2654435761u + input * 40503u;
    const float share = static_cast<float>((word >> 8 & 0xffff) % 4001) / 4000;
    values[i] = type.shape.rank() > 1 ? 4 * share - 1.5f : 0.5f + share;
  }
  return values;
}

struct Placed {
  std::vector<std::int64_t> offsets;  // of each element, in row-major order
  std::size_t elements;               // padding included
  Placed(LayoutId layout, const Type& type) {
    offsets.resize(static_cast<std::size_t>(type.shape.elements()));
    elements = offsets.size();
    std::iota(offsets.begin(), offsets.end(), 0);
    if (layout == public_layout) return;
    const cpu::Blocking blocking = cpu::blocking_of(layout, type);
    elements = static_cast<std::size_t>(blocking.padded_elements());
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      std::int64_t index[Shape::max_rank], rest = static_cast<std::int64_t>(i);
      for (int axis = type.shape.rank() - 1; axis >= 0; --axis) {
        index[axis] = rest % type.shape[axis];
        rest /= type.shape[axis];
      }
      offsets[i] = blocking.offset(index);
    }
  }
};

Offer offer_of(const AnyOp& op, const Types& in, const Types& out, const std::vector<LayoutId>& layouts,
               int threads) {
  const std::vector<bool> used(out.size(), true);
  return cpu_backend().candidates(op.name()).front()->offer(
      {op, in, out, layouts, used, {}, Math::fast, threads});
}

std::vector<std::vector<float>> run_kernel(const AnyOp& op, const Types& in,
                                           const std::vector<LayoutId>& layouts, int threads) {
  const Types out = op.infer(in);
  const Offer offer = offer_of(op, in, out, layouts, threads);
  if (!offer.accepted()) throw std::runtime_error(offer.refusal);
  std::vector<Memory> memory;
  std::vector<void*> inputs, outputs;
  for (std::size_t k = 0; k < in.size(); ++k) {
    const Placed placed(offer.in_layouts[k], in[k]);
    const Memory& block = memory.emplace_back(placed.elements * sizeof(float), 0);
    const std::vector<float> values = numbers_for(in[k], k);
    for (std::size_t i = 0; i < values.size(); ++i)
      static_cast<float*>(block.data())[placed.offsets[i]] = values[i];
    inputs.push_back(block.data());
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    outputs.push_back(
        memory.emplace_back(Placed(offer.out_layouts[k], out[k]).elements * sizeof(float)).data());
  }
  const Memory scratch(offer.scratch + 64);
  Status status;
  offer.kernel->run({inputs.data(), outputs.data(), scratch.data(), &status});
  std::vector<std::vector<float>> results;
  for (std::size_t k = 0; k < out.size(); ++k) {
    const Placed placed(offer.out_layouts[k], out[k]);
    auto* data = static_cast<float*>(outputs[k]);
    std::vector<float>& values = results.emplace_back();
    for (const std::int64_t offset : placed.offsets) values.push_back(std::exchange(data[offset], 0.0f));
    for (std::size_t i = 0; i < placed.elements; ++i) EXPECT_EQ(data[i], 0) << "padding of result " << k;
  }
  return results;
}

std::vector<std::vector<double>> run_decomposed(const AnyOp& op, const Types& in) {
  Tensors leaves;
  std::vector<Value> values;
  for (std::size_t k = 0; k < in.size(); ++k) {
    const std::vector<float> floats = numbers_for(in[k], k);
    leaves.push_back(argument_leaf({f64, in[k].shape}, "in"));
    values.push_back(value_of(tensor(std::vector<double>(floats.begin(), floats.end()), in[k].shape)));
  }
  std::vector<std::vector<double>> results;
  for (const Value& value : run_graph(op.decompose(leaves), leaves, values))
    results.push_back(numbers(value));
  return results;
}

void check(const AnyOp& op, const Types& in, const std::vector<LayoutId>& layouts) {
  const auto results = run_kernel(op, in, layouts, 2);
  const auto wanted = run_decomposed(op, in);
  ASSERT_EQ(results.size(), wanted.size());
  for (std::size_t k = 0; k < results.size(); ++k) {
    EXPECT_LE(distance({results[k].begin(), results[k].end()}, wanted[k]), 1e-5) << "result " << k;
  }
  EXPECT_EQ(run_kernel(op, in, layouts, 1), results);
  EXPECT_EQ(run_kernel(op, in, layouts, 3), results);
}

Types with_channels(std::initializer_list<Shape> images, std::int64_t channels, std::size_t count) {
  Types types;
  for (const Shape& shape : images) types.push_back({f32, shape});
  for (std::size_t k = 0; k < count; ++k) types.push_back({f32, Shape{channels}});
  return types;
}

std::vector<LayoutId> layouts_of(const Shape& x) {
  std::vector<LayoutId> result{public_layout};
  if (x.rank() != 4) return result;
  for (const Tag tag : {Tag::acdb, Tag::aBcd16b, Tag::aBcd8b})
    result.push_back(
        *cpu::onednn::layout_of({cpu::onednn::dims_of(x), cpu::onednn::memory::data_type::f32, tag}));
  return result;
}

const Shape images[] = {{2, 3, 5, 7},   {3, 16, 4, 4}, {2, 20, 3, 3}, {24, 16, 12, 12}, {1, 8, 1, 1},
                        {1, 2, 40, 50}, {6, 5},        {64, 48},      {3, 4, 9},        {2, 3, 2, 2, 3}};

TEST(BatchNormKernel, ForwardInEveryLayout) {
  for (const Shape& x : images) {
    for (const LayoutId layout : layouts_of(x)) {
      SCOPED_TRACE(x.to_string() + " " + cpu::layout_name(layout));
      const Types in = with_channels({x}, x[1], 2);
      const std::vector<LayoutId> layouts = {layout, public_layout, public_layout};
      check(*make_op("batch_norm", BatchNormAttributes{1e-5}), in, layouts);
      check(*batch_norm_relu({1e-3, 0}), in, layouts);
      check(*batch_norm_relu({1e-5, 0.1}), in, layouts);
    }
  }
}

TEST(BatchNormKernel, ForwardWithASum) {
  for (const Shape& x : images) {
    for (const LayoutId layout : layouts_of(x)) {
      SCOPED_TRACE(x.to_string() + " " + cpu::layout_name(layout));
      Types in = with_channels({x}, x[1], 2);
      in.push_back({f32, x});
      for (const double slope : {0.0, 0.2})
        check(*batch_norm_relu({1e-5, slope}), in, {layout, public_layout, public_layout, layout});
    }
  }
}

TEST(BatchNormKernel, BackwardInEveryLayout) {
  for (const Shape& x : images) {
    for (const LayoutId layout : layouts_of(x)) {
      SCOPED_TRACE(x.to_string() + " " + cpu::layout_name(layout));
      std::vector<LayoutId> layouts(6, public_layout);
      layouts[0] = layouts[1] = layout;
      check(*batch_norm_relu_backward({1e-3, 0}), with_channels({x, x}, x[1], 4), layouts);
      check(*batch_norm_relu_backward({1e-5, 0.1}), with_channels({x, x}, x[1], 4), layouts);
      layouts.pop_back();
      check(*make_op("batch_norm_backward", BatchNormAttributes{1e-5}), with_channels({x, x}, x[1], 3),
            layouts);
    }
  }
}

// A mean far from 0 and a small variance: what one pass of sums of squares would lose.
TEST(BatchNormKernel, KeepsSmallVariances) {
  const Type x{f32, {4, 16, 8, 8}}, c{f32, {16}};
  const OpRef op = make_op("batch_norm", BatchNormAttributes{0});
  const Types in = {x, c, c}, out = op->infer(in);
  const Offer offer = cpu_backend()
                          .candidates("batch_norm")
                          .front()
                          ->offer({*op, in, out, {}, {true, true, true}, {}, Math::fast, 1});
  std::vector<float> image(4096), ones(16, 1.0f), y(4096), mean(16), variance(16);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = 1000 + (i % 2 == 0 ? 0.25f : -0.25f);
  std::vector<double> scratch(offer.scratch / 8 + 8);
  void *inputs[] = {image.data(), ones.data(), ones.data()},
       *outputs[] = {y.data(), mean.data(), variance.data()};
  Status status;
  offer.kernel->run({inputs, outputs, scratch.data(), &status});
  for (std::size_t k = 0; k < 16; ++k) {
    EXPECT_FLOAT_EQ(mean[k], 1000);
    EXPECT_FLOAT_EQ(variance[k], 0.0625);
  }
  EXPECT_FLOAT_EQ(y[0], 2);
  EXPECT_FLOAT_EQ(y[1], 0);
}

TEST(LayerNormKernel, BothWays) {
  struct Case {
    Shape x;
    std::int64_t axis;
  };
  for (const Case& c : {Case{{5, 7}, 1}, Case{{3, 4, 32}, 2}, Case{{70, 3, 11}, 1}, Case{{2, 768}, 1},
                        Case{{4, 5}, 0}, Case{{300, 96}, 1}, Case{{6, 1}, 1}}) {
    SCOPED_TRACE(c.x.to_string());
    Shape each, place;
    for (int k = 0; k < c.x.rank(); ++k) {
      if (k >= c.axis) each = each.appended(c.x[k]);
      place = place.appended(k < c.axis ? c.x[k] : 1);
    }
    const Type x{f32, c.x}, w{f32, each}, s{f32, place};
    const LayerNormAttributes a{c.axis, 1e-3};
    check(*make_op("layer_norm", a), {x, w, w}, std::vector<LayoutId>(3, public_layout));
    check(*make_op("layer_norm_backward", a), {x, x, w, s, s}, std::vector<LayoutId>(5, public_layout));
  }
}

TEST(NormKernels, RefuseInWords) {
  for (const char* op : {"batch_norm", "layer_norm"}) {
    const auto reason = [&](DType dtype, std::int64_t n) {
      const Type x{dtype, {n, 4}}, c{dtype, {4}};
      const OpRef made = std::string(op) == "batch_norm" ? make_op(op, BatchNormAttributes{})
                                                         : make_op(op, LayerNormAttributes{});
      const Types in = {x, c, c}, out = made->infer(in);
      return offer_of(*made, in, out, {}, 1).refusal;
    };
    EXPECT_NE(reason(f64, 3).find("f64"), std::string::npos);
    EXPECT_NE(reason(f32, 0).find("no elements"), std::string::npos);
    EXPECT_EQ(reason(f32, 3), "");
  }
}

}  // namespace
}  // namespace luge::testing
