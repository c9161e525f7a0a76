// A convolution over two axes and its gradients, as cases for kernels.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/attributes/conv.h"
#include "support/kernel_case.h"

namespace luge::testing {

struct ConvProblem {
  const char* what;
  Shape x, w;
  PaddingMode padding = PaddingMode::same;
  std::vector<std::int64_t> pads = {};
  std::vector<std::int64_t> stride = {1, 1};
  std::int64_t groups = 1;

  ConvAttributes attributes() const { return {stride, {1, 1}, padding, pads, groups}; }
  Shape y() const { return make_op("conv", attributes())->infer({{f32, x}, {f32, w}})[0].shape; }
  KernelCase forward() const { return {make_op("conv", attributes()), {{f32, x}, {f32, w}}}; }
  KernelCase data() const {
    return {make_op("conv_backward_data", attributes()), {{f32, y()}, {f32, w}, {f32, x}}};
  }
  KernelCase weights() const {
    return {make_op("conv_backward_weights", attributes()), {{f32, x}, {f32, y()}, {f32, w}}};
  }
};

}  // namespace luge::testing
