// What sum, prod, max and min share: type, reference loop, and the way of a gradient back to the reduced
// axes.
#pragma once

#include <array>

#include "graph/op_registry.h"
#include "luge/ops/axes.h"
#include "luge/ops/shape.h"
#include "ops/attributes/reduce.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {

/// The shape without the axes, or with extent 1 there. `axes` must be distinct and sorted, in [0, rank).
Shape reduced_shape(const Shape& shape, std::span<const std::int64_t> axes, bool keep);
/// The type of a reduction; `needs_elements`: ShapeError where a result would reduce no element at all.
Types reduced_types(std::string_view op, const Types& in, const ReduceAttributes& attributes,
                    bool needs_elements);
/// A value of the reduction's output, with the reduced axes back as extent 1.
Tensor restore_axes(const Tensor& reduced, const ReduceAttributes& attributes);
/// The gradient of max or min: shared evenly among the elements of x that are equal to `extreme`. This must
/// be computed from x again: if it was kept from another program, in which x was rounded in another way, it
/// may equal no element. In one program the compiler makes one of both.
Tensor gradient_of_extremes(const Tensor& g, const Tensor& x, const Tensor& extreme,
                            const ReduceAttributes& attributes);
ReduceAttributes reduce_attributes(std::string_view op, const Tensor& x, const Axes& axes, Keep keep);

/// Extents and element strides of the axes that stay and of those that are reduced.
struct ReductionWalk {
  struct Walk {
    int rank = 0;
    std::array<std::int64_t, Shape::max_rank> extents{}, strides{};
    std::int64_t count = 1;
    /// Offset of the element `index` in row-major order over these axes.
    std::int64_t offset(std::int64_t index) const {
      std::int64_t result = 0;
      for (int k = rank - 1; k >= 0; --k) {
        const auto axis = static_cast<std::size_t>(k);
        result += index % extents[axis] * strides[axis];
        index /= extents[axis];
      }
      return result;
    }
  };
  Walk kept, reduced;
  ReductionWalk(const Shape& shape, std::span<const std::int64_t> axes);
};

/// O gives `static constexpr bool needs_elements`, `initial<W>()` and `combine(W, W)` for W double or int64.
template <class Self>
struct Reduction : Op<Self, ReduceAttributes> {
  Types infer(const Types& in) const { return reduced_types(Self::name, in, *this, Self::needs_elements); }
  void reference(const ReferenceCall& call) const {
    for_number(call.in[0].type.dtype, [&]<class T>() {
      const ReductionWalk walk(call.in[0].type.shape, this->axes);
      const T* x = call.in[0].template as<const T>();
      T* y = call.out[0].template as<T>();
      for (std::int64_t i = 0; i < walk.kept.count; ++i) {
        const T* from = x + walk.kept.offset(i);
        auto total = Self::template initial<Wide<T>>();
        for (std::int64_t j = 0; j < walk.reduced.count; ++j) {
          total = Self::combine(total, widen(from[walk.reduced.offset(j)]));
        }
        y[i] = narrow<T>(total);
      }
    });
  }
};

}  // namespace luge
