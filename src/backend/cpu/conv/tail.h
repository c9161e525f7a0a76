// What our own convolutions fuse behind them.
#pragma once

#include <string>

#include "backend/backend.h"

namespace luge::cpu {

/// One addition of a value that lies as the result does, then relu, perhaps a leaky one.
struct Tail {
  int addend = -1;  // position among the inputs
  bool relu = false;
  float slope = 0;      // of relu below 0, less than 1
  std::string refusal;  // empty: all of the request's steps can be fused

  explicit Tail(const KernelRequest& request);
};

}  // namespace luge::cpu
