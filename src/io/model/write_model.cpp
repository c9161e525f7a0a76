// Writing model files: the graphs of a network and its entries are recorded, and its weights stored.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "core/draws.h"
#include "graph/trace.h"
#include "io/model/content.h"
#include "io/model/keys.h"
#include "io/model/metadata_json.h"
#include "io/model/state_of.h"
#include "io/text/json_text.h"
#include "luge/io/model_file.h"
#include "luge/io/safetensors.h"
#include "luge/nn/observe.h"

namespace luge::io {
namespace {

using EvalWeights = std::vector<std::pair<Variable, nn::NamedVariable>>;

/// Records functions of one network.
class GraphWriter {
 public:
  /// Reads of a weight for evaluation count as reads of its parameter: the table of the file says which is
  /// meant.
  GraphWriter(const nn::Module& net, const std::vector<nn::NamedVariable>& state,
              std::initializer_list<const EvalWeights*> weights)
      : net_(net) {
    for (const auto& [name, variable] : state) names_.emplace(variable.slot().get(), name);
    for (const EvalWeights* pairs : weights) {
      for (const auto& [parameter, weight] : *pairs) {
        const auto known = names_.find(parameter.slot().get());
        if (known != names_.end()) names_.emplace(weight.variable.slot().get(), known->second);
      }
    }
  }

  struct Result {
    Recording graph;
    std::vector<Type> outputs;
  };
  Result record(bool training, const std::vector<nn::TensorSpec>& inputs,
                const std::function<Tensors(const Tensors&)>& function) {
    const nn::ModeScope mode(net_, training);
    const random::Scratch draws;
    Trace trace;  // the assignments of the call are forgotten; those to stored tensors are part of the graph
    const TraceScope scope(trace);
    Tensors leaves;
    for (const nn::TensorSpec& spec : inputs)
      leaves.push_back(argument_leaf({spec.dtype, spec.shape}, spec.name, is_floating(spec.dtype)));
    const Tensors outputs = function(leaves);
    std::map<std::string, Tensor> writes;
    for (const Trace::State& used : trace.states) {
      const std::string name = used.written.defined() ? name_of(used.slot.get()) : std::string();
      if (!name.empty()) writes[name] = used.written;
    }
    const auto name_of_slot = [this](const Slot* slot) { return name_of(slot); };
    Result result{io::record(leaves, outputs, writes, name_of_slot, constants), {}};
    for (const Tensor& output : outputs) result.outputs.push_back({output.dtype(), output.shape()});
    return result;
  }

  std::map<std::string, Tensor> constants;  // of all graphs

 private:
  std::string name_of(const Slot* slot) const {
    const auto found = names_.find(slot);
    return found == names_.end() ? std::string() : found->second;
  }

  const nn::Module& net_;
  std::unordered_map<const Slot*, std::string> names_;
};

std::vector<nn::TensorSpec> named(const std::vector<std::string>& names, const std::vector<Type>& types) {
  if (names.size() != types.size())
    throw ShapeError(fmt::format("{} outputs are named and {} are returned", names.size(), types.size()));
  std::vector<nn::TensorSpec> specs;
  for (std::size_t k = 0; k < names.size(); ++k) specs.push_back({names[k], types[k].dtype, types[k].shape});
  return specs;
}

// One output with the usual name is described by the rest of the metadata.
bool is_usual(const std::vector<nn::TensorSpec>& outputs) {
  return outputs.size() == 1 && outputs[0].name == "output";
}

/// Calls `function`; its errors begin with `who`.
template <class Function>
auto within(const std::string& who, Function function) {
  const auto text = [&](const Error& error) { return fmt::format("{}: {}", who, error.what()); };
  try {
    return function();
  } catch (const ShapeError& error) {
    throw ShapeError(text(error));
  } catch (const DTypeError& error) {
    throw DTypeError(text(error));
  } catch (const ValueError& error) {
    throw ValueError(text(error));
  } catch (const GraphError& error) {
    throw GraphError(text(error));
  }
}

StoredEntry stored_entry(const nn::Entry& entry, GraphWriter& writer) {
  return within(fmt::format("entry '{}'", entry.name), [&] {
    if (!entry.function) throw ValueError("it has no function");
    GraphWriter::Result recorded = writer.record(false, entry.inputs, entry.function);
    StoredEntry stored{entry.name,  entry.inputs,     named(entry.outputs, recorded.outputs),
                       entry.state, entry.batch_axis, std::move(recorded.graph)};
    check_entry(stored);
    return stored;
  });
}

/// Those of the network, and those given; one that is given takes the position of one of the same name.
std::vector<nn::Entry> all_entries(const nn::Module& net, const std::vector<nn::Entry>& given) {
  std::vector<nn::Entry> all = net.entries();
  std::set<std::string> seen;
  for (const nn::Entry& entry : given) {
    if (!seen.insert(entry.name).second)
      throw ValueError(fmt::format("two entries are named '{}'", entry.name));
    const auto same = std::ranges::find(all, entry.name, &nn::Entry::name);
    if (same == all.end()) {
      all.push_back(entry);
    } else {
      *same = entry;
    }
  }
  return all;
}

std::string roles_of(const nn::Module& net) {
  nlohmann::json roles = nlohmann::json::object();
  for (const auto& [name, variable] : net.named_parameters()) {
    if (!variable.trainable()) roles[name] = "frozen";
  }
  for (const auto& [name, variable] : net.named_buffers()) roles[name] = "buffer";
  return json_text(roles);
}

const nn::NamedVariable& replaced_by(const nn::NamedVariable& weight, const Variable& parameter,
                                     const std::vector<nn::NamedVariable>& state) {
  const auto found = std::ranges::find_if(
      state, [&](const nn::NamedVariable& each) { return each.variable.same_as(parameter); });
  if (found == state.end()) {
    throw ValueError(
        fmt::format("'{}' replaces '{}' in evaluation, which is not a parameter or buffer of the network",
                    weight.name, parameter.name()));
  }
  const Variable& value = weight.variable;
  if (value.dtype() != parameter.dtype() || !(value.shape() == parameter.shape())) {
    throw ShapeError(fmt::format("'{}' is {}{} and replaces '{}' {}{} in evaluation; they must agree",
                                 weight.name, name(value.dtype()), value.shape().to_string(), found->name,
                                 name(parameter.dtype()), parameter.shape().to_string()));
  }
  return *found;
}

/// The table of weights for evaluation: the name of a parameter and that of the tensor which replaces it.
std::string table_of(const EvalWeights& weights, const std::vector<nn::NamedVariable>& state) {
  nlohmann::json table = nlohmann::json::object();
  std::set<std::string> taken;
  for (const nn::NamedVariable& each : state) taken.insert(each.name);
  for (const auto& [parameter, weight] : weights) {
    const std::string& replaced = replaced_by(weight, parameter, state).name;
    if (table.contains(replaced))
      throw ValueError(fmt::format("two tensors replace '{}' in evaluation", replaced));
    if (!taken.insert(weight.name).second) {
      throw ValueError(
          fmt::format("'{}' is the name of two tensors; choose another name for what replaces '{}' in "
                      "evaluation",
                      weight.name, replaced));
    }
    table[replaced] = weight.name;
  }
  return json_text(table);
}

EvalWeights own_weights(const nn::Module& net) {
  const auto* loaded = dynamic_cast<const nn::Loaded*>(&net);
  return loaded ? loaded->eval_weights() : EvalWeights();
}

}  // namespace

void write_model(const std::string& path, const nn::Module& net, const Extras& extras,
                 const ModelFileOptions& options) {
  const std::vector<nn::NamedVariable> state = state_of(net);
  const EvalWeights own = own_weights(net);
  const EvalWeights& weights = options.eval_weights.empty() ? own : options.eval_weights;
  GraphWriter writer(net, state, {&own, &options.eval_weights});

  nn::Metadata told = net.metadata();
  const std::vector<nn::TensorSpec> inputs = net.input_specs();
  const auto forward = [&](const Tensors& in) { return net(in); };
  const GraphWriter::Result eval = writer.record(false, inputs, forward);
  const GraphWriter::Result train = writer.record(true, inputs, forward);
  std::vector<nn::TensorSpec> outputs = within(net.type(), [&] {
    named(net.output_names(), train.outputs);
    return named(net.output_names(), eval.outputs);
  });
  if (!is_usual(outputs)) told.outputs = std::move(outputs);
  std::vector<StoredEntry> entries;
  for (const nn::Entry& entry : all_entries(net, options.entries))
    entries.push_back(stored_entry(entry, writer));

  auto metadata = extras.metadata;
  const bool several = inputs.size() != 1 || eval.outputs.size() != 1 || !entries.empty() || !weights.empty();
  metadata[kFormat] = several ? kFormatSeveral : kFormatOne;
  metadata[kMetadata] = to_json(told);
  metadata[kEvalGraph] = json_text(to_json(eval.graph));
  metadata[kTrainGraph] = json_text(to_json(train.graph));
  metadata[kRoles] = roles_of(net);
  if (!entries.empty()) metadata[kEntries] = to_json(entries);
  if (!weights.empty()) metadata[kEvalWeights] = table_of(weights, state);

  std::vector<std::pair<std::string, Tensor>> tensors = extras.tensors;
  for (const auto& [name, variable] : state) tensors.emplace_back(name, variable.value());
  for (const auto& [parameter, weight] : weights) {
    const auto same = [&](const auto& extra) { return extra.first == weight.name; };
    if (std::ranges::none_of(extras.tensors, same))
      tensors.emplace_back(weight.name, weight.variable.value());
  }
  tensors.insert(tensors.end(), writer.constants.begin(), writer.constants.end());
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : tensors)
    views.push_back({name, tensor.dtype(), tensor.shape(), tensor.bytes()});
  write_safetensors(path, views, metadata);
}

}  // namespace luge::io

void luge::nn::Module::save(const std::string& path) const { io::write_model(path, *this); }
