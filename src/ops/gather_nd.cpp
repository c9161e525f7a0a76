// gather_nd: slices of x at positions of several indices. scatter_nd writes to them or combines with them.
#include <fmt/format.h>

#include <cstring>

#include "luge/ops/index.h"
#include "luge/ops/shape.h"
#include "ops/scatter.h"
#include "ops/wide.h"

namespace luge {
namespace {

// The shape of the slices: [B…,n…,rest…].
Shape slices_shape(std::string_view op, const Type& x, const Type& indices, std::int64_t batch_axes) {
  check_integer(op, indices);
  const int rank = indices.shape.rank();
  const auto fail = [&](const std::string& what) {
    throw ShapeError(
        fmt::format("{}: x is {}, indices are {}; {}", op, x.to_string(), indices.to_string(), what));
  };
  if (batch_axes < 0 || batch_axes >= rank || batch_axes >= x.shape.rank()) {
    fail(fmt::format("batch_axes is {}, expected 0 or more, and less than either rank", batch_axes));
  }
  const int batch = static_cast<int>(batch_axes);
  const std::int64_t depth = indices.shape[rank - 1];
  if (depth < 1 || depth > x.shape.rank() - batch) {
    fail(fmt::format("expected a last axis of indices of extent 1 to {}, one index for each axis",
                     x.shape.rank() - batch));
  }
  Shape result;
  for (int k = 0; k < rank - 1; ++k) {
    std::int64_t extent = indices.shape[k];
    if (k < batch) {
      if (extent >= 0 && x.shape[k] >= 0 && extent != x.shape[k])
        fail(fmt::format("expected the same extent on batch axis {}", k));
      extent = known_of(extent, x.shape[k]);
    }
    result = result.appended(extent);
  }
  for (int k = batch + static_cast<int>(depth); k < x.shape.rank(); ++k) result = result.appended(x.shape[k]);
  product(op, result, 0, result.rank());
  return result;
}

// The slices of x, walked by their indices.
struct SliceWalk {
  int batch, depth;
  std::int64_t batches, each, extent, length;  // batches, slices of each, elements of x in each, of a slice
  SliceWalk(const Shape& x, const Shape& indices, std::int64_t batch_axes)
      : batch(static_cast<int>(batch_axes)),
        depth(static_cast<int>(indices[indices.rank() - 1])),
        batches(product("gather_nd", x, 0, batch)),
        each(product("gather_nd", indices, batch, indices.rank() - 1)),
        extent(product("gather_nd", x, batch, x.rank())),
        length(product("gather_nd", x, batch + depth, x.rank())) {}

  // Calls visit(number of the slice, its first element in x), until an index is out of range.
  template <class Visit>
  void run(const View& x, const View& indices, Status* status, const Visit& visit) const {
    for (std::int64_t slice = 0; slice < batches * each; ++slice) {
      std::int64_t at = 0;
      for (int k = 0; k < depth; ++k) {
        const std::int64_t along = x.type.shape[batch + k];
        const std::int64_t index = checked_index(indices, slice * depth + k, along, status);
        if (index < 0) return;
        at = at * along + index;
      }
      visit(slice, slice / each * extent + at * length);
    }
  }
};

struct GatherNdAttributes {
  std::int64_t batch_axes = 0;
  static void fields(auto& self, auto&& field) { field("batch_axes", self.batch_axes); }
};

struct GatherNd : Op<GatherNd, GatherNdAttributes> {  // inputs: x, indices
  static constexpr auto name = "gather_nd";
  static constexpr Traits traits{.can_fail = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    return {Type{in[0].dtype, slices_shape(name, in[0], in[1], batch_axes)}};
  }
  Tensors gradient(const GradientCall& c) const {
    return {scatter_nd(zeros_like(c.in[0]), c.in[1], c.g[0],
                       {.reduction = ScatterReduction::add, .batch_axes = static_cast<int>(batch_axes)}),
            Tensor()};
  }
  void reference(const ReferenceCall& call) const {
    const SliceWalk walk(call.in[0].type.shape, call.in[1].type.shape, batch_axes);
    const std::size_t bytes = size_of(call.in[0].type.dtype);
    const std::size_t slice = static_cast<std::size_t>(walk.length) * bytes;
    walk.run(call.in[0], call.in[1], call.status, [&](std::int64_t k, std::int64_t from) {
      std::memcpy(call.out[0].as<std::byte>() + static_cast<std::size_t>(k) * slice,
                  call.in[0].as<const std::byte>() + static_cast<std::size_t>(from) * bytes, slice);
    });
  }
};
const Registered<GatherNd> registered_gather_nd;

struct ScatterNdAttributes {
  std::int64_t batch_axes = 0;
  ScatterReduction reduction = ScatterReduction::none;
  static void fields(auto& self, auto&& field) {
    field("batch_axes", self.batch_axes);
    field("reduction", self.reduction);
  }
};

struct ScatterNd : Op<ScatterNd, ScatterNdAttributes> {  // inputs: x, indices, updates
  static constexpr auto name = "scatter_nd";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_scattered(name, in[0], in[2], reduction);
    const Shape wanted = slices_shape(name, in[0], in[1], batch_axes);
    check_same_shape(name, "updates", in[2], "indexed slices", Type{in[2].dtype, wanted});
    return {in[0]};
  }
  Tensors gradient(const GradientCall& c) const {
    const int batch = static_cast<int>(batch_axes);
    return scatter_gradient(c, reduction,
                            {[&](const Tensor& x) { return gather_nd(x, c.in[1], {.batch_axes = batch}); },
                             [&](const Tensor& x, const Tensor& updates, ScatterReduction how) {
                               return scatter_nd(x, c.in[1], updates,
                                                 {.reduction = how, .batch_axes = batch});
                             }});
  }
  void reference(const ReferenceCall& call) const {
    const SliceWalk walk(call.in[0].type.shape, call.in[1].type.shape, batch_axes);
    scatter_loop(call, reduction, walk.length,
                 [&](const auto& visit) { walk.run(call.in[0], call.in[1], call.status, visit); });
  }
};
const Registered<ScatterNd> registered_scatter_nd;

}  // namespace

Tensor gather_nd(const Tensor& x, const Tensor& indices, GatherNdOptions options) {
  return make<GatherNd>({options.batch_axes}, x, indices);
}

Tensor scatter_nd(const Tensor& x, const Tensor& indices, const Tensor& updates, ScatterNdOptions options) {
  const ScatterNdAttributes attributes{options.batch_axes, options.reduction};
  const bool sums = options.reduction == ScatterReduction::add || options.reduction == ScatterReduction::mul;
  if (!sums) return make<ScatterNd>(attributes, x, indices, updates);
  check_scattered(ScatterNd::name, {x.dtype(), x.shape()}, {updates.dtype(), updates.shape()},
                  options.reduction);
  return in_accumulator(x, [&](const Tensor& wide) {  // each sum is rounded once, not at every term
    return make<ScatterNd>(attributes, wide, indices, to_accumulator(updates));
  });
}

}  // namespace luge
