// What a model file holds of its network.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/model/recording.h"
#include "io/model/stored_entry.h"
#include "luge/nn/load.h"

namespace luge::nn {

struct Loaded::Content {
  enum class Role { trainable, frozen, buffer };
  io::Recording eval, train;
  std::vector<io::StoredEntry> entries;
  std::map<std::string, Tensor> constants;
  std::map<std::string, Tensor> state;  // parameters and buffers
  std::map<std::string, Role> roles;    // of those that are not trainable
  // For evaluation: of a parameter or buffer, the name and the value of the tensor that replaces it.
  std::map<std::string, std::pair<std::string, Tensor>> eval_weights;
  Metadata metadata;
};

}  // namespace luge::nn
