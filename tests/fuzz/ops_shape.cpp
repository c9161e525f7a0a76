// Rows of shape.h and index.h.
#include "fuzz/ops.h"
#include "luge/ops/index.h"
#include "luge/ops/shape.h"

namespace luge::fuzz {
namespace {

int axis_of(const Line& line) { return static_cast<int>(line.whole("axis")); }
Axes axes_of(const Line& line) { return line.has("axes") ? Axes(line.wholes("axes")) : Axes(); }
std::vector<int> ints(const std::vector<std::int64_t>& values) { return {values.begin(), values.end()}; }
std::size_t part(const Line& line) { return static_cast<std::size_t>(line.whole("out")); }

ScatterReduction reduction_of(const Line& line) {
  return static_cast<ScatterReduction>(line.whole("reduction"));
}

Tensor build_slice(const Tensors& in, const Line& line, DType) {
  SliceOptions options{.axis = axis_of(line), .step = line.whole("step", 1)};
  if (options.step < 0) options.start = SliceOptions::end;
  if (line.has("start")) options.start = line.whole("start");
  if (line.has("stop")) options.stop = line.whole("stop");
  return slice(in.at(0), options);
}

Tensor build_pad(const Tensors& in, const Line& line, DType) {
  std::vector<AxisPad> pads;
  const auto axes = line.wholes("axes"), before = line.wholes("before"), after = line.wholes("after");
  for (std::size_t k = 0; k < axes.size(); ++k) {
    pads.push_back({static_cast<int>(axes[k]), before[k], after[k]});
  }
  const Scalar value =
      is_floating(in.at(0).dtype()) ? Scalar(line.number("number")) : Scalar(line.whole("number"));
  return pad(in.at(0), pads,
             {.mode = static_cast<PadMode>(line.whole("mode")),
              .value = in.at(0).dtype() == boolean ? Scalar(line.whole("number") != 0) : value});
}

Tensor build_permute(const Tensors& in, const Line& line, DType) {
  return permute(in.at(0), ints(line.wholes("order")));
}

Tensor build_transpose(const Tensors& in, const Line& line, DType) {
  const std::vector<int> axes = ints(line.wholes("axes"));
  return transpose(in.at(0), axes[0], axes[1]);
}

}  // namespace

Builds shape_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["reshape"] = [](In in, At line, DType) { return reshape(in.at(0), line.shape()); };
  rows["flatten"] = [](In in, At line, DType) {
    return flatten(in.at(0), static_cast<int>(line.whole("first")), static_cast<int>(line.whole("last")));
  };
  rows["unflatten"] = [](In in, At line, DType) { return unflatten(in.at(0), axis_of(line), line.shape()); };
  rows["squeeze"] = [](In in, At line, DType) { return squeeze(in.at(0), axes_of(line)); };
  rows["unsqueeze"] = [](In in, At line, DType) { return unsqueeze(in.at(0), axes_of(line)); };
  rows["transpose"] = build_transpose;
  rows["permute"] = build_permute;
  rows["broadcast_to"] = [](In in, At line, DType) { return broadcast_to(in.at(0), line.shape()); };
  rows["expand"] = [](In in, At line, DType) { return expand(in.at(0), line.shape()); };
  rows["concat"] = [](In in, At line, DType) { return concat(in, axis_of(line)); };
  rows["stack"] = [](In in, At line, DType) { return stack(in, axis_of(line)); };
  rows["split"] = [](In in, At line, DType) {
    return split(in.at(0), line.wholes("extents"), axis_of(line)).at(part(line));
  };
  rows["chunk"] = [](In in, At line, DType) {
    return chunk(in.at(0), line.whole("count"), axis_of(line)).at(part(line));
  };
  rows["slice"] = build_slice;
  rows["select"] = [](In in, At line, DType) { return select(in.at(0), axis_of(line), line.whole("index")); };
  rows["pad"] = build_pad;
  rows["tile"] = [](In in, At line, DType) { return tile(in.at(0), line.wholes("repeats")); };
  rows["repeat"] = [](In in, At line, DType) { return repeat(in.at(0), line.whole("times"), axis_of(line)); };
  rows["roll"] = [](In in, At line, DType) { return roll(in.at(0), line.whole("shift"), axis_of(line)); };
  rows["flip"] = [](In in, At line, DType) { return flip(in.at(0), axes_of(line)); };
  rows["triu"] = [](In in, At line, DType) { return triu(in.at(0), line.whole("offset")); };
  rows["tril"] = [](In in, At line, DType) { return tril(in.at(0), line.whole("offset")); };
  rows["diag"] = [](In in, At line, DType) { return diag(in.at(0), line.whole("offset")); };
  rows["depth_to_space"] = [](In in, At line, DType) {
    return depth_to_space(in.at(0), line.whole("block"), static_cast<DepthOrder>(line.whole("order")));
  };
  rows["space_to_depth"] = [](In in, At line, DType) {
    return space_to_depth(in.at(0), line.whole("block"), static_cast<DepthOrder>(line.whole("order")));
  };
  rows["reshape_like"] = [](In in, At, DType) { return reshape_like(in.at(0), in.at(1)); };
  rows["broadcast_like"] = [](In in, At, DType) { return broadcast_like(in.at(0), in.at(1)); };
  rows["sum_like"] = [](In in, At, DType) { return sum_like(in.at(0), in.at(1)); };
  rows["zeros_like"] = [](In in, At, DType) { return zeros_like(in.at(0)); };
  rows["ones_like"] = [](In in, At, DType) { return ones_like(in.at(0)); };
  rows["full_like"] = [](In in, At line, DType) { return full_like(in.at(0), line.number("number")); };
  rows["iota_like"] = [](In in, At line, DType) { return iota_like(in.at(0), axis_of(line)); };
  return rows;
}

Builds index_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["take"] = [](In in, At line, DType) { return take(in.at(0), in.at(1), axis_of(line)); };
  rows["index_select"] = [](In in, At line, DType) {
    return index_select(in.at(0), axis_of(line), in.at(1));
  };
  rows["embedding"] = [](In in, At line, DType) {
    EmbeddingOptions options;
    if (line.has("padding")) options.padding_index = line.whole("padding");
    return embedding(in.at(0), in.at(1), options);
  };
  rows["gather"] = [](In in, At line, DType) { return gather(in.at(0), in.at(1), axis_of(line)); };
  rows["index_add"] = [](In in, At line, DType) {
    return index_add(in.at(0), in.at(1), in.at(2), axis_of(line));
  };
  rows["scatter_add"] = [](In in, At line, DType) {
    return scatter_add(in.at(0), in.at(1), in.at(2), axis_of(line));
  };
  rows["scatter"] = [](In in, At line, DType) {
    return scatter(in.at(0), in.at(1), in.at(2), axis_of(line), reduction_of(line));
  };
  rows["gather_nd"] = [](In in, At line, DType) {
    return gather_nd(in.at(0), in.at(1), {.batch_axes = static_cast<int>(line.whole("batch"))});
  };
  rows["scatter_nd"] = [](In in, At line, DType) {
    return scatter_nd(in.at(0), in.at(1), in.at(2),
                      {.reduction = reduction_of(line), .batch_axes = static_cast<int>(line.whole("batch"))});
  };
  rows["one_hot"] = [](In in, At line, DType real) { return one_hot(in.at(0), line.whole("depth"), real); };
  return rows;
}

}  // namespace luge::fuzz
