#include "io/model/recording.h"

#include <fmt/format.h>

#include <cstring>
#include <unordered_map>

#include "core/dispatch.h"
#include "graph/op_registry.h"
#include "graph/trace.h"
#include "luge/error.h"

namespace luge::io {
namespace {

class Recorder {
 public:
  Recorder(const Tensors& inputs, const std::function<std::string(const Slot*)>& name_of,
           std::map<std::string, Tensor>& constants)
      : inputs_(inputs), name_of_(name_of), constants_(constants) {}

  Recording run(const Tensors& outputs, const std::map<std::string, Tensor>& writes) {
    Tensors roots = outputs;
    for (const auto& [name, value] : writes) roots.push_back(value);
    const auto known_by_value = [](const Node* node) {
      return (node->leaf != Leaf::none || node->cut) && !is_rewritten(*node);
    };
    for (Node* node : topological(roots, known_by_value)) {
      numbers_[node] = static_cast<int>(recording_.entries.size());
      add(*node);
    }
    recording_.inputs = inputs_.size();
    for (const Tensor& output : outputs)
      recording_.outputs.push_back(recorded({output.node(), output.output()}));
    for (const auto& [name, value] : writes)
      recording_.writes[name] = recorded({value.node(), value.output()});
    return std::move(recording_);
  }

 private:
  // A slot read after this call wrote to it: what was written.
  static bool is_rewritten(const Node& node) { return node.leaf == Leaf::read && !node.inputs.empty(); }

  void add(Node& node) {
    if (is_rewritten(node)) {
      aliases_[&node] = recorded(node.inputs[0]);
      return;
    }
    if (node.leaf == Leaf::none && !node.cut) return add_call(node);
    switch (node.leaf) {
      case Leaf::argument: recording_.entries.emplace_back(input(node)); return;
      case Leaf::key: recording_.entries.emplace_back(Recording::Key{}); return;
      case Leaf::scalar: recording_.entries.emplace_back(number(node)); return;
      case Leaf::read:
        if (const auto slot = node.slot.lock()) {
          if (const std::string name = name_of_(slot.get()); !name.empty()) {
            recording_.entries.emplace_back(Recording::Stored{name});
            return;
          }
        }
        break;
      default: break;
    }
    // A value without a name, or one whose history is gone: kept as it is.
    const std::string name = fmt::format("{}{}", kConstant, constants_.size());
    constants_[name] = output_of(node, 0);
    recording_.entries.emplace_back(Recording::Stored{name});
  }

  Recording::Input input(const Node& node) const {
    for (std::size_t k = 0; k < inputs_.size(); ++k) {
      if (inputs_[k].node() == &node) return {k};
    }
    throw GraphError(fmt::format("cannot save a network that uses the placeholder '{}'", node.label));
  }

  void add_call(const Node& node) {
    const OpEntry* entry = find_op(node.op->name());
    if (!entry) throw GraphError(fmt::format("cannot save '{}': it is not a registered op", node.op->name()));
    try {
      entry->create(node.op->fields())->infer(input_types(node));
    } catch (const FormatError& error) {  // a function within it that no text can hold
      throw GraphError(fmt::format("cannot save '{}': {}", node.op->name(), error.what()));
    }
    Recording::Call call{node.op, {}};
    for (const Edge& edge : node.inputs) call.inputs.push_back(recorded(edge));
    recording_.entries.emplace_back(std::move(call));
  }

  // The words of a scalar leaf are its element's bytes.
  static Recording::Number number(const Node& node) {
    const DType dtype = node.outputs[0].type.dtype;
    return dispatch(dtype, [&]<class T>() -> Recording::Number {
      T element;
      std::memcpy(&element, node.words, sizeof element);
      if constexpr (std::same_as<T, bool>) return {dtype, element};
      if constexpr (std::integral<T>) return {dtype, static_cast<std::int64_t>(element)};
      return {dtype, convert_element<double>(element)};
    });
  }

  std::pair<int, int> recorded(const Edge& edge) const {
    if (const auto found = aliases_.find(edge.node); found != aliases_.end()) return found->second;
    return {numbers_.at(edge.node), edge.out};
  }

  const Tensors& inputs_;
  const std::function<std::string(const Slot*)>& name_of_;
  std::map<std::string, Tensor>& constants_;
  std::unordered_map<const Node*, int> numbers_;
  std::unordered_map<const Node*, std::pair<int, int>> aliases_;
  Recording recording_;
};

struct Replay {
  const Tensors& inputs;
  const std::function<Tensor(const std::string&)>& stored;
  const std::vector<Tensors>& done;

  Tensors operator()(const Recording::Input& entry) const { return {inputs[entry.number]}; }
  Tensors operator()(const Recording::Key&) const { return {next_key()}; }
  Tensors operator()(const Recording::Stored& entry) const { return {stored(entry.name)}; }
  Tensors operator()(const Recording::Number& entry) const {
    return {std::visit([&](auto value) { return scalar(value, entry.dtype); }, entry.value)};
  }
  Tensors operator()(const Recording::Call& call) const {
    Tensors given;
    for (const auto& [entry, out] : call.inputs) {
      const Tensors& from = done[static_cast<std::size_t>(entry)];
      if (out >= static_cast<int>(from.size())) {
        throw FormatError(fmt::format("the stored graph asks {} for output {} of an op that has {}",
                                      call.op->name(), out, from.size()));
      }
      given.push_back(from[static_cast<std::size_t>(out)]);
    }
    return make_node(call.op, given);
  }
};

}  // namespace

Recording record(const Tensors& inputs, const Tensors& outputs, const std::map<std::string, Tensor>& writes,
                 const std::function<std::string(const Slot*)>& name_of,
                 std::map<std::string, Tensor>& constants) {
  return Recorder(inputs, name_of, constants).run(outputs, writes);
}

Tensors replay(const Recording& recording, const Tensors& inputs,
               const std::function<Tensor(const std::string&)>& stored,
               const std::function<void(const std::string&, const Tensor&)>& write) {
  std::vector<Tensors> done;
  done.reserve(recording.entries.size());
  for (const auto& entry : recording.entries) done.push_back(std::visit(Replay{inputs, stored, done}, entry));
  const auto at = [&](const std::pair<int, int>& output) -> const Tensor& {
    const Tensors& from = done.at(static_cast<std::size_t>(output.first));
    if (output.second >= static_cast<int>(from.size())) {
      throw FormatError(fmt::format("the stored graph asks for output {} of entry {}, which has {}",
                                    output.second, output.first, from.size()));
    }
    return from[static_cast<std::size_t>(output.second)];
  };
  for (const auto& [name, output] : recording.writes) write(name, at(output));
  Tensors outputs;
  for (const auto& output : recording.outputs) outputs.push_back(at(output));
  return outputs;
}

}  // namespace luge::io
