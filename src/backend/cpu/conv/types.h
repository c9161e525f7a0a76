// The types of a convolution and its gradients.
#pragma once

#include <string>

#include "backend/cpu/conv/candidates.h"
#include "graph/type.h"
#include "ops/attributes/conv.h"

namespace luge::cpu::conv {

/// Image, weights and result, or their gradients.
struct ConvTypes {
  Type x, w, y;
  /// Operations and bytes of images, for the cost.
  double flops() const;
  double bytes() const;
};

/// Why a kernel is not offered on this machine, or nothing.
std::string refuse_slower(Where where);
/// Why loops over float32 do not take these types, or nothing.
std::string refuse_dtypes(const ConvTypes& types);
/// "nothing to convolve" where a type has no elements, or nothing.
std::string refuse_nothing(const ConvTypes& types);
/// Why loops over windows in steps of one, without groups, do not take this convolution along two axes, or
/// nothing.
std::string refuse_steps(const ConvAttributes& attributes, const ConvTypes& types);

}  // namespace luge::cpu::conv
