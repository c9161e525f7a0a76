#include "backend/cpu/conv/types.h"

namespace luge::cpu::conv {

double ConvTypes::flops() const {
  return 2 * static_cast<double>(y.shape.elements()) * static_cast<double>(w.shape.elements()) /
         static_cast<double>(w.shape[0]);
}

double ConvTypes::bytes() const { return 4 * static_cast<double>(x.shape.elements() + y.shape.elements()); }

}  // namespace luge::cpu::conv
