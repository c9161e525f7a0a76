// gather: elements of x with the index along one axis replaced. scatter_add, its gradient, adds there.
#include "ops/gather.h"

#include <cstring>

#include "luge/ops/index.h"
#include "luge/ops/shape.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct Gather : Op<Gather, IndexAttributes> {  // inputs: x, indices
  static constexpr auto name = "gather";
  static constexpr Traits traits{.can_fail = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_gather(name, in[0], in[1], axis);
    return {Type{in[0].dtype, in[1].shape}};
  }
  Tensors gradient(const GradientCall& c) const {
    return {scatter_add(zeros_like(c.in[0]), c.in[1], c.g[0], static_cast<int>(axis)), Tensor()};
  }
  void reference(const ReferenceCall& call) const {
    const std::size_t bytes = size_of(call.in[0].type.dtype);
    const auto* x = call.in[0].as<const std::byte>();
    auto* y = call.out[0].as<std::byte>();
    each_index(call.in[0], call.in[1], static_cast<int>(axis), call.status,
               [&](std::int64_t k, std::int64_t from) {
                 std::memcpy(y + static_cast<std::size_t>(k) * bytes,
                             x + static_cast<std::size_t>(from) * bytes, bytes);
               });
  }
};
const Registered<Gather> registered_gather;

struct ScatterAdd : Op<ScatterAdd, IndexAttributes> {  // inputs: x, indices, updates
  static constexpr auto name = "scatter_add";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_number(name, in[0]);
    check_same_dtype(name, in[0], in[2]);
    check_gather(name, in[0], in[1], axis);
    check_same_shape(name, "indices", in[1], "updates", in[2]);
    return {in[0]};
  }
  Tensors gradient(const GradientCall& c) const {
    return {c.g[0], Tensor(), c.needs[2] ? gather(c.g[0], c.in[1], static_cast<int>(axis)) : Tensor()};
  }
  void reference(const ReferenceCall& call) const {
    for_number(call.in[0].type.dtype, [&]<class T>() {
      T* y = call.out[0].as<T>();
      const T* updates = call.in[2].as<const T>();
      const auto elements = static_cast<std::size_t>(call.in[0].type.shape.elements());
      if (y != call.in[0].as<T>()) std::memcpy(y, call.in[0].data, elements * sizeof(T));
      each_index(
          call.in[0], call.in[1], static_cast<int>(axis), call.status,
          [&](std::int64_t k, std::int64_t to) { y[to] = narrow<T>(plus(widen(y[to]), widen(updates[k]))); });
    });
  }
};
const Registered<ScatterAdd> registered_scatter_add;

}  // namespace

Tensor gather(const Tensor& x, const Tensor& indices, int axis) {
  return make<Gather>({check_axis(Gather::name, axis, x.rank())}, x, indices);
}

Tensor scatter_add(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis) {
  const int along = check_axis(ScatterAdd::name, axis, x.rank());
  check_same_dtype(ScatterAdd::name, {x.dtype(), x.shape()}, {updates.dtype(), updates.shape()});
  return in_accumulator(x, [&](const Tensor& wide) {  // each sum is rounded once, not at every term
    return make<ScatterAdd>({along}, wide, indices, to_accumulator(updates));
  });
}

}  // namespace luge
