// The post-ops that our own convolutions fuse: what a request asks for, and what the loops apply.
#pragma once

#include <cstdint>
#include <string>

#include "backend/backend.h"

namespace luge::cpu::conv {

/// The post-ops of a request: one addition of a value that lies as the result does, then relu, perhaps a
/// leaky one.
struct FusedPostOps {
  int addend = -1;  // position among the inputs
  bool relu = false;
  float slope = 0;      // of relu below 0, less than 1
  std::string refusal;  // empty: all of the request's steps can be fused

  explicit FusedPostOps(const KernelRequest& request);
};

/// What is applied to a result before it is stored, in this order.
struct PostOpValues {
  const float* bias = nullptr;    // one number per channel
  const float* addend = nullptr;  // lies as the result does
  bool relu = false;
  float slope = 0;            // of relu below 0, at most 1
  std::int64_t channels = 0;  // the bias ends here, for loops over whole blocks of channels
};

}  // namespace luge::cpu::conv
