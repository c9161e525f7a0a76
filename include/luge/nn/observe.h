// Looking into a network while it computes.
#pragma once

#include <functional>
#include <string>

#include "luge/nn/module.h"

namespace luge::nn {

/// One finished call of a module inside a network.
struct LayerCall {
  std::string path;  // "block1.conv1"; empty for the network itself
  const Module& module;
  Tensor input;
  Tensor output;
};

/// Runs net on x and tells `seen` of every call in it, inner calls first; gives the result.
Tensor observe(const Module& net, const Tensor& x, const std::function<void(const LayerCall&)>& seen);

}  // namespace luge::nn
