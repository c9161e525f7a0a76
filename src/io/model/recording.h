// Recording: what a network or an entry computes, as a list of ops, so that a file can hold it and a program
// without the code of the network can run it.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "graph/node.h"
#include "luge/tensor.h"

namespace luge::io {

/// The prefix of the names of values that have no name.
inline constexpr const char* kConstant = "@constant";

struct Recording {
  struct Input {
    std::size_t number = 0;
  };
  struct Key {};
  struct Stored {  // a tensor of the file: a parameter, a buffer, or a constant
    std::string name;
  };
  struct Number {
    DType dtype;
    std::variant<bool, std::int64_t, double> value;
  };
  struct Call {
    OpRef op;
    std::vector<std::pair<int, int>> inputs;  // an earlier entry and which of its outputs
  };
  std::vector<std::variant<Input, Key, Stored, Number, Call>> entries;
  std::size_t inputs = 1;
  std::vector<std::pair<int, int>> outputs;
  std::map<std::string, std::pair<int, int>> writes;  // the new values of stored tensors
};

/// Records how `outputs`, and what is written to stored tensors, follow from `inputs` (argument leaves).
/// `name_of` gives the name of a Variable's slot; values without a name are put into `constants` under new
/// ones. Throws GraphError for an op that files cannot name.
Recording record(const Tensors& inputs, const Tensors& outputs, const std::map<std::string, Tensor>& writes,
                 const std::function<std::string(const Slot*)>& name_of,
                 std::map<std::string, Tensor>& constants);

/// Builds the graph again on other inputs, as many as the recording has. `stored` gives the tensors by name,
/// `write` takes their new values.
Tensors replay(const Recording& recording, const Tensors& inputs,
               const std::function<Tensor(const std::string&)>& stored,
               const std::function<void(const std::string&, const Tensor&)>& write);

/// As JSON, and back. Reading throws FormatError beginning with `where` (such as "FILE: the stored graph"):
/// for what is malformed, an op that this version does not know, or a version of an op that it does not know.
nlohmann::ordered_json to_json(const Recording& recording);
Recording recording_from_json(const nlohmann::ordered_json& json, const std::string& where);

}  // namespace luge::io
