// How scatter and scatter_nd combine updates with elements, and how they differentiate.
#pragma once

#include <cstring>
#include <functional>

#include "luge/ops/index.h"
#include "ops/indexed.h"

namespace luge {

/// Throws DTypeError and ShapeError: x and updates have one dtype, that can be reduced.
void check_scattered(std::string_view op, const Type& x, const Type& updates, ScatterReduction reduction);

/// One of the two ops at its indices.
struct ScatterAt {
  std::function<Tensor(const Tensor& x)> read;
  std::function<Tensor(const Tensor& x, const Tensor& updates, ScatterReduction reduction)> write;
};
/// The gradients of x, indices and updates.
Tensors scatter_gradient(const GradientCall& call, ScatterReduction reduction, const ScatterAt& at);

/// What an element and an update make. NaN stays.
template <ScatterReduction R, class T>
T reduced(T element, T update) {
  const auto a = widen(element), b = widen(update);
  switch (R) {
    case ScatterReduction::none: return update;
    case ScatterReduction::add: return narrow<T>(plus(a, b));
    case ScatterReduction::mul: return narrow<T>(times(a, b));
    case ScatterReduction::max: return b > a || b != b ? update : element;
    case ScatterReduction::min: return b < a || b != b ? update : element;
  }
  return element;
}

/// Calls body.template operator()<R>() with the reduction.
template <class Body>
void for_reduction(ScatterReduction reduction, Body&& body) {
  switch (reduction) {
    case ScatterReduction::none: return body.template operator()<ScatterReduction::none>();
    case ScatterReduction::add: return body.template operator()<ScatterReduction::add>();
    case ScatterReduction::mul: return body.template operator()<ScatterReduction::mul>();
    case ScatterReduction::max: return body.template operator()<ScatterReduction::max>();
    case ScatterReduction::min: return body.template operator()<ScatterReduction::min>();
  }
}

/// The loop of a scatter op: `each(visit)` calls visit(number of the update, element of x), where an update
/// is `length` elements in a row.
template <class Each>
void scatter_loop(const ReferenceCall& call, ScatterReduction reduction, std::int64_t length,
                  const Each& each) {
  const View &x = call.in[0], &updates = call.in[2], &y = call.out[0];
  const std::size_t bytes = size_of(x.type.dtype);
  if (y.data != x.data)
    std::memcpy(y.data, x.data, static_cast<std::size_t>(x.type.shape.elements()) * bytes);
  if (reduction == ScatterReduction::none) {
    const std::size_t slice = static_cast<std::size_t>(length) * bytes;
    return each([&](std::int64_t k, std::int64_t to) {
      std::memcpy(y.as<std::byte>() + static_cast<std::size_t>(to) * bytes,
                  updates.as<const std::byte>() + static_cast<std::size_t>(k) * slice, slice);
    });
  }
  for_number(x.type.dtype, [&]<class T>() {
    for_reduction(reduction, [&]<ScatterReduction R>() {
      each([&](std::int64_t k, std::int64_t to) {
        T* elements = y.as<T>() + to;
        const T* with = updates.as<const T>() + k * length;
        for (std::int64_t i = 0; i < length; ++i) elements[i] = reduced<R>(elements[i], with[i]);
      });
    });
  });
}

}  // namespace luge
