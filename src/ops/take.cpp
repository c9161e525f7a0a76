// take: slices of x along an axis at given indices. index_add, its gradient, adds slices there.
#include <fmt/format.h>

#include <cstring>

#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/indexed.h"
#include "ops/wide.h"

namespace luge {
namespace {

Shape taken_shape(std::string_view op, const Type& x, const Type& indices, int axis) {
  check_integer(op, indices);
  Shape result = x.shape.without(axis);
  for (int k = 0; k < indices.shape.rank(); ++k) result = result.inserted(axis + k, indices.shape[k]);
  return result;
}

struct Take : Op<Take, IndexAttributes> {  // inputs: x, indices
  static constexpr auto name = "take";
  static constexpr Traits traits{.can_fail = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    return {Type{in[0].dtype, taken_shape(name, in[0], in[1], check_axis(name, axis, in[0].shape.rank()))}};
  }
  Tensors gradient(const GradientCall& c) const {
    return {index_add(zeros_like(c.in[0]), c.in[1], c.g[0], static_cast<int>(axis)), Tensor()};
  }
  void reference(const ReferenceCall& call) const {
    const View &x = call.in[0], &indices = call.in[1];
    const AxisWalk walk(x.type.shape, static_cast<int>(axis));
    const std::size_t slice = static_cast<std::size_t>(walk.inner) * size_of(x.type.dtype);
    const std::int64_t count = indices.type.shape.elements();
    auto* to = call.out[0].as<std::byte>();
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t index = checked_index(indices, k, walk.extent, call.status);
      if (index < 0) return;
      for (std::int64_t block = 0; block < walk.outer; ++block) {
        std::memcpy(to + static_cast<std::size_t>(block * count + k) * slice,
                    x.as<const std::byte>() + static_cast<std::size_t>(block * walk.extent + index) * slice,
                    slice);
      }
    }
  }
};
const Registered<Take> registered_take;

struct IndexAdd : Op<IndexAdd, IndexAttributes> {  // inputs: x, indices, updates
  static constexpr auto name = "index_add";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_number(name, in[0]);
    check_same_dtype(name, in[0], in[2]);
    const Shape wanted = taken_shape(name, in[0], in[1], check_axis(name, axis, in[0].shape.rank()));
    check_same_shape(name, "updates", in[2], "indexed slices", Type{in[2].dtype, wanted});
    return {in[0]};
  }
  Tensors gradient(const GradientCall& c) const {
    return {c.g[0], Tensor(), c.needs[2] ? take(c.g[0], c.in[1], static_cast<int>(axis)) : Tensor()};
  }
  void reference(const ReferenceCall& call) const {
    const View &x = call.in[0], &indices = call.in[1];
    const AxisWalk walk(x.type.shape, static_cast<int>(axis));
    const std::int64_t count = indices.type.shape.elements();
    for_number(x.type.dtype, [&]<class T>() {
      T* to = call.out[0].as<T>();
      const T* updates = call.in[2].as<const T>();
      if (to != x.as<T>())
        std::memcpy(to, x.data, static_cast<std::size_t>(x.type.shape.elements()) * sizeof(T));
      for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t index = checked_index(indices, k, walk.extent, call.status);
        if (index < 0) return;
        for (std::int64_t block = 0; block < walk.outer; ++block) {
          T* sum = to + (block * walk.extent + index) * walk.inner;
          const T* update = updates + (block * count + k) * walk.inner;
          for (std::int64_t i = 0; i < walk.inner; ++i)
            sum[i] = narrow<T>(plus(widen(sum[i]), widen(update[i])));
        }
      }
    });
  }
};
const Registered<IndexAdd> registered_index_add;

}  // namespace

Tensor take(const Tensor& x, const Tensor& indices, int axis) {
  return make<Take>({check_axis(Take::name, axis, x.rank())}, x, indices);
}

Tensor index_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis) {
  const int along = check_axis(IndexAdd::name, axis, x.rank());
  check_same_dtype(IndexAdd::name, {x.dtype(), x.shape()}, {updates.dtype(), updates.shape()});
  return in_accumulator(x, [&](const Tensor& wide) {  // each sum is rounded once, not at every term
    return make<IndexAdd>({along}, wide, indices, to_accumulator(updates));
  });
}

Tensor index_select(const Tensor& x, int axis, const Tensor& indices) {
  check_rank("index_select", "indices", {indices.dtype(), indices.shape()}, 1);
  return take(x, indices, axis);
}

Tensor embedding(const Tensor& table, const Tensor& ids, EmbeddingOptions options) {
  check_rank("embedding", "table", {table.dtype(), table.shape()}, 2);
  const Tensor rows = take(table, ids, 0);
  if (!options.padding_index) return rows;
  const std::int64_t padding = *options.padding_index, count = table.shape()[0];
  if (padding < 0 || (count != unknown && padding >= count)) {
    throw ValueError(fmt::format("embedding: padding_index is {}, expected a row of {}", padding,
                                 Type{table.dtype(), table.shape()}.to_string()));
  }
  return where(unsqueeze(is_label(ids, padding), -1), stop_gradient(rows), rows);
}

}  // namespace luge
