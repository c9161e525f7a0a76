// Recording: what a network computes, as a list of ops, so that a file can hold it and a program without
// the code of the network can run it.
#pragma once

#include <functional>
#include <map>
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
  struct Input {};
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
  std::pair<int, int> output{0, 0};
  std::map<std::string, std::pair<int, int>> writes;  // the new values of stored tensors
};

/// Records how `output`, and what is written to stored tensors, follow from `input` (an argument leaf).
/// `name_of` gives the name of a Variable's slot; values without a name are put into `constants` under new
/// ones. Throws GraphError for an op that files cannot name.
Recording record(const Tensor& input, const Tensor& output, const std::map<std::string, Tensor>& writes,
                 const std::function<std::string(const Slot*)>& name_of,
                 std::map<std::string, Tensor>& constants);

/// Builds the graph again on another input. `stored` gives the tensors by name, `write` takes their new
/// values.
Tensor replay(const Recording& recording, const Tensor& input,
              const std::function<Tensor(const std::string&)>& stored,
              const std::function<void(const std::string&, const Tensor&)>& write);

/// JSON text, and back. Reading throws FormatError beginning with `path`: for what is malformed, an op that
/// this version does not know, or a version of an op that it does not know.
std::string to_json(const Recording& recording);
Recording recording_from_json(const std::string& text, const std::string& path);

}  // namespace luge::io
