// What a model file holds of its network.
#pragma once

#include <map>
#include <string>

#include "io/model/recording.h"
#include "luge/nn/load.h"

namespace luge::nn {

struct Loaded::Content {
  enum class Role { trainable, frozen, buffer };
  io::Recording eval, train;
  std::map<std::string, Tensor> constants;
  std::map<std::string, Tensor> state;  // parameters and buffers
  std::map<std::string, Role> roles;    // of those that are not trainable
  Metadata metadata;
};

}  // namespace luge::nn
