// sort: order along the last axis, equal elements in their old order; argsort and topk read from it.
#include <algorithm>
#include <numeric>

#include "core/dispatch.h"
#include "graph/op_registry.h"
#include "luge/ops/index.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct SortAttributes {
  bool descending = false;
  static void fields(auto& self, auto&& field) { field("descending", self.descending); }
};

// Order with NaN above all numbers.
template <class W>
bool comes_before(W a, W b, bool descending) {
  if (descending) std::swap(a, b);
  return a < b || (b != b && a == a);
}

struct Sort : Op<Sort, SortAttributes> {
  static constexpr auto name = "sort";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_axis(name, -1, in[0].shape.rank());
    return {in[0], Type{DType::i64, in[0].shape}};
  }
  // Where each value went is the inverse of where each came from.
  Tensors gradient(const GradientCall& c) const { return {gather(c.g[0], argsort(c.out[1]), -1)}; }
  // Sorts in the outputs' own memory; the index breaks ties, so the order is that of a stable sort.
  void reference(const ReferenceCall& call) const {
    const Type& type = call.in[0].type;
    const std::int64_t length = type.shape[type.shape.rank() - 1];
    if (length == 0) return;
    dispatch(type.dtype, [&]<class T>() {
      for (std::int64_t start = 0, end = type.shape.elements(); start < end; start += length) {
        const T* x = call.in[0].as<const T>() + start;
        T* values = call.out[0].data ? call.out[0].as<T>() + start : nullptr;
        if (call.out[1].data) {
          auto* indices = call.out[1].as<std::int64_t>() + start;
          std::iota(indices, indices + length, 0);
          std::sort(indices, indices + length, [&](std::int64_t a, std::int64_t b) {
            const auto va = widen(x[a]), vb = widen(x[b]);
            return comes_before(va, vb, descending) || (!comes_before(vb, va, descending) && a < b);
          });
          if (values) std::transform(indices, indices + length, values, [x](std::int64_t k) { return x[k]; });
        } else if (values) {
          std::copy_n(x, length, values);
          std::sort(values, values + length,
                    [&](T a, T b) { return comes_before(widen(a), widen(b), descending); });
        }
      }
    });
  }
};
const Registered<Sort> registered_sort;

}  // namespace

Sorted sort(const Tensor& x, int axis, SortOptions options) {
  const int along = check_axis(Sort::name, axis, x.rank());
  if (along == x.rank() - 1) {
    Tensors sorted = make_all<Sort>({options.descending}, x);
    return {sorted[0], sorted[1]};
  }
  const Sorted sorted = sort(transpose(x, along, -1), -1, options);
  return {transpose(sorted.values, along, -1), transpose(sorted.indices, along, -1)};
}

Tensor argsort(const Tensor& x, int axis, SortOptions options) { return sort(x, axis, options).indices; }

}  // namespace luge
