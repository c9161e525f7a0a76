// All that a model file stores of a network's state.
#pragma once

#include <vector>

#include "luge/nn/module.h"

namespace luge::io {

/// The parameters, then the buffers.
inline std::vector<nn::NamedVariable> state_of(const nn::Module& net) {
  auto all = net.named_parameters();
  for (nn::NamedVariable& buffer : net.named_buffers()) all.push_back(std::move(buffer));
  return all;
}

}  // namespace luge::io
