#include "luge/nn/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <unordered_set>

#include "graph/node.h"
#include "luge/nn/observe.h"
#include "nn/module_state.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

std::int64_t elements_of(const Shape& shape) {
  if (shape.rank() == 0) return 1;
  const Shape sample = shape.without(0);
  return sample.known() ? sample.elements() : 0;
}

LayerSummary describe(const LayerCall& call, bool first) {
  LayerSummary row{.path = call.path, .type = call.module.describe(), .output = {}};
  if (!call.outputs.empty()) row.output = call.outputs[0].shape();
  for (const auto& cell : call.module.state()->cells) {
    if (!first || cell->is_buffer) continue;
    const std::int64_t count = cell->variable.shape().elements();
    row.parameters += count;
    if (cell->variable.trainable()) row.trainable += count;
  }
  const Work work = call.module.work_of(call.inputs, call.outputs);
  for (const Tensor& output : call.outputs) {
    const std::int64_t count = sample_elements(output);
    row.neurons += count;
    row.activation_bytes += count * static_cast<std::int64_t>(size_of(output.dtype()));
  }
  row.macs = work.macs.value_or(work.multiplies ? row.neurons * work.fan_in : 0);
  row.connections =
      work.connections.value_or(work.fan_in > 0 ? row.neurons * (work.fan_in + (work.bias ? 1 : 0)) : 0);
  // What a layer of layers returns is what one of its parts returned.
  if (!call.module.state()->children.empty()) row.neurons = row.activation_bytes = 0;
  return row;
}

/// Layers of a network that is only a graph (read from a file): one row for each group of Variables, found by
/// their paths, at the first op that reads one of them. Ops that multiply say so in their traits.
std::vector<LayerSummary> layers_of_graph(const Module& net, const Tensors& outputs) {
  std::vector<LayerSummary> rows;
  std::map<const Slot*, const NamedVariable*> known;
  const std::vector<NamedVariable> parameters = net.named_parameters();
  for (const NamedVariable& each : parameters) known.emplace(each.variable.slot().get(), &each);
  const auto row_of = [&](const std::string& path) -> LayerSummary& {
    for (LayerSummary& row : rows) {
      if (row.path == path) return row;
    }
    rows.emplace_back();
    rows.back().path = path;
    return rows.back();
  };
  for (const Node* node : topological(outputs)) {
    if (node->leaf != Leaf::none || node->outputs.empty()) continue;
    for (const Edge& edge : node->inputs) {
      const auto slot = edge.node->leaf == Leaf::read ? edge.node->slot.lock() : nullptr;
      const auto found = known.find(slot.get());
      if (!slot || found == known.end()) continue;
      const auto& [name, variable] = *found->second;
      known.erase(found);
      const auto dot = name.rfind('.');
      LayerSummary& row = row_of(dot == std::string::npos ? "" : name.substr(0, dot));
      row.parameters += variable.shape().elements();
      if (variable.trainable()) row.trainable += variable.shape().elements();
      row.output = node->outputs[0].type.shape;
      const std::int64_t before = row.neurons;
      row.neurons = elements_of(row.output);
      row.activation_bytes = row.neurons * static_cast<std::int64_t>(size_of(node->outputs[0].type.dtype));
      const Shape& weight = variable.shape();
      if (row.type.empty()) row.type = std::string(node->op->name());
      if (weight.rank() >= 2 && node->op->traits().narrowing == Narrowing::products) {
        // Weights begin with the outputs; those of matmul end with them.
        const std::int64_t last = weight[weight.rank() - 1], outputs = row.output[row.output.rank() - 1];
        const bool transposed = weight.rank() == 2 && weight[0] != outputs && last == outputs;
        row.macs +=
            row.neurons * (weight.elements() / std::max<std::int64_t>(1, transposed ? last : weight[0]));
        row.connections += row.macs;
      } else if (row.macs > 0 && before > 0 && variable.shape().rank() == 1) {
        row.connections += row.neurons;  // a bias
      }
    }
  }
  return rows;
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::int64_t at = static_cast<std::int64_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

Summary summary_of(const Module& net, const std::vector<Type>& inputs) {
  const Probe probe(net, mode_now(*net.state()->mode));
  Summary result;
  std::unordered_set<const void*> seen;
  Tensors leaves;
  for (const Type& type : inputs) leaves.push_back(argument_leaf(type, "input"));
  const Tensors outputs = observe(net, leaves, [&](const LayerCall& call) {
    const auto& state = call.module.state();
    LayerSummary row = describe(call, seen.insert(state.get()).second);
    // Layers of layers say what they do besides, such as the products of attention.
    if (!state->children.empty() && state->cells.empty() && row.connections == 0) return;
    result.layers.push_back(std::move(row));
  });
  const bool layered = std::ranges::any_of(
      result.layers, [](const LayerSummary& row) { return !row.path.empty() || row.connections > 0; });
  if (!layered) {
    if (std::vector<LayerSummary> rows = layers_of_graph(net, outputs); !rows.empty())
      result.layers = std::move(rows);
  }
  for (const LayerSummary& row : result.layers) {
    result.parameters += row.parameters;
    result.trainable += row.trainable;
    result.macs += row.macs;
    result.connections += row.connections;
    result.activation_bytes += row.activation_bytes;
  }
  return result;
}

}  // namespace

std::int64_t sample_elements(const Tensor& value) { return elements_of(value.shape()); }

Summary summary(const Module& net, const Shape& input, DType dtype) {
  return summary_of(net, {{dtype, input.inserted(0, unknown)}});
}

Summary summary(const Module& net, const NamedTensors& inputs) {
  std::vector<Type> types;
  for (const Tensor& input : select_inputs(net, inputs)) {
    const Shape& shape = input.shape();
    types.push_back({input.dtype(), shape.rank() > 0 ? shape.with(0, unknown) : shape});
  }
  return summary_of(net, types);
}

Summary summary(const Module& net) {
  std::vector<Type> types;
  for (const TensorSpec& spec : net.input_specs()) types.push_back({spec.dtype, spec.shape});
  return summary_of(net, types);
}

std::string Summary::to_string() const {
  using Row = std::array<std::string, 9>;
  std::vector<Row> rows = {
      {"layer", "type", "output", "parameters", "trainable", "MACs", "neurons", "connections", "bytes"}};
  for (const LayerSummary& l : layers) {
    rows.push_back({l.path.empty() ? "(root)" : l.path, l.type, l.output.to_string(), grouped(l.parameters),
                    grouped(l.trainable), grouped(l.macs), grouped(l.neurons), grouped(l.connections),
                    grouped(l.activation_bytes)});
  }
  std::array<std::size_t, 9> width{};
  for (const Row& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], row[k].size());
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      text += k < 3 ? fmt::format("{:<{}}", row[k], width[k]) : fmt::format("{:>{}}", row[k], width[k]);
      text += k + 1 < row.size() ? "  " : "\n";
    }
  }
  return text +
         fmt::format("parameters {} (trainable {}), MACs {}, connections {}, activations {} bytes a sample\n",
                     grouped(parameters), grouped(trainable), grouped(macs), grouped(connections),
                     grouped(activation_bytes));
}

}  // namespace luge::nn
