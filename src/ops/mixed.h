// Products of 16-bit operands: what is added to them, and what they are summed up to, may be float32. Only
// the compiler makes such ops; the public builders ask for one dtype throughout.
#pragma once

#include "graph/op_registry.h"
#include "ops/element.h"

namespace luge {

/// True when `other` is the operand's dtype, or float32 for 16 bits.
inline bool fits_product(DType operand, DType other) {
  return other == operand || (other == DType::f32 && size_of(operand) == 2 && is_floating(operand));
}

/// The bias, which may be the third input.
template <class T>
class Bias {
 public:
  explicit Bias(const ReferenceCall& call) {
    if (call.in.size() < 3) return;
    const DType own = call.in[2].type.dtype;
    if (own == call.in[0].type.dtype) {
      own_ = call.in[2].as<const T>();
    } else {
      wide_ = call.in[2].as<const float>();
    }
  }
  Wide<T> at(std::int64_t index) const {
    if (own_) return widen(own_[index]);
    return wide_ ? static_cast<Wide<T>>(wide_[index]) : Wide<T>{0};
  }

 private:
  const T* own_ = nullptr;
  const float* wide_ = nullptr;
};

/// Calls `body.template operator()<T, R>()`: the operands' C++ type and that of the result.
template <class Body>
void for_product(DType operand, DType result, Body&& body) {
  for_number(operand, [&]<class T>() {
    if (operand == result) {
      body.template operator()<T, T>();
    } else if constexpr (std::same_as<T, bfloat16> || std::same_as<T, float16>) {
      body.template operator()<T, float>();
    }
  });
}

}  // namespace luge
