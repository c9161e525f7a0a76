#include "backend/cpu/conv/types.h"

#include <fmt/format.h>

#include "backend/cpu/onednn/cost.h"

namespace luge::cpu::conv {

double ConvTypes::flops() const {
  return 2 * static_cast<double>(y.shape.elements()) * static_cast<double>(w.shape.elements()) /
         static_cast<double>(w.shape[0]);
}

double ConvTypes::bytes() const { return 4 * static_cast<double>(x.shape.elements() + y.shape.elements()); }

std::string refuse_dtypes(const ConvTypes& types) {
  for (const Type* type : {&types.x, &types.w, &types.y}) {
    if (type->dtype != DType::f32) return fmt::format("takes f32, got {}", luge::name(type->dtype));
  }
  return {};
}

std::string refuse_steps(const ConvAttributes& attributes, const ConvTypes& types) {
  if (attributes.groups != 1) return "takes no groups";
  for (std::size_t k = 0; k < 2; ++k) {
    if (attributes.stride[k] != 1) return fmt::format("takes stride 1, got {}", attributes.stride[k]);
    if (attributes.dilation[k] != 1) return "takes no dilation";
  }
  return refuse_nothing(types);
}

std::string refuse_nothing(const ConvTypes& types) {
  for (const Type* type : {&types.x, &types.w, &types.y}) {
    if (type->shape.elements() == 0) return "nothing to convolve";
  }
  return {};
}

std::string refuse_slower(Where where) {
  if (where == Where::anywhere || !onednn::has_avx512()) return {};
  return "is no faster with AVX-512";
}

}  // namespace luge::cpu::conv
