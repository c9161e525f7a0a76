// From a function of the user to a Body: the function is called once, and the nodes that it made become the
// list of ops.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "graph/body.h"
#include "graph/node.h"
#include "graph/trace.h"

namespace luge {
namespace {

// What the function noted besides its nodes belongs to the trace around it.
void pass_on(Trace& inner) {
  Trace* outer = current_trace();
  if (!outer) return inner.undo.clear();
  for (auto& undo : inner.undo) outer->undo.push_back(std::move(undo));
  for (const auto& [mode, on] : inner.modes) read_mode(mode);
  for (const Trace::State& state : inner.states) outer->state(state.slot);
}

class Recorder {
 public:
  Recorder(const Tensors& arguments, const Trace& trace) : arguments_(arguments), trace_(trace) {}

  RecordedBody run(const Tensors& outputs) {
    const std::lock_guard lock(engine_mutex());
    const std::vector<Node*> nodes = topological(outputs, [&](const Node* node) { return is_outside(node); });
    find_inputs(nodes, outputs);
    recorded_.body.inputs = arguments_.size() + recorded_.captured.size() + recorded_.keys;
    for (Node* node : nodes) {
      if (is_outside(node) || node->leaf == Leaf::key) continue;
      numbers_[node] = static_cast<int>(recorded_.body.inputs + recorded_.body.steps.size());
      if (node->leaf == Leaf::scalar) {
        recorded_.body.steps.emplace_back(
            Body::Number{node->outputs[0].type.dtype, {node->words[0], node->words[1]}});
        continue;
      }
      Body::Call call{node->op, {}, node->barrier};
      for (const Edge& edge : node->inputs) call.inputs.push_back(value(edge.node, edge.out));
      recorded_.body.steps.emplace_back(std::move(call));
    }
    for (const Tensor& output : outputs)
      recorded_.body.outputs.push_back(value(output.node(), output.output()));
    return std::move(recorded_);
  }

 private:
  bool is_outside(const Node* node) const {
    return node->sequence < trace_.start ||
           (node->leaf != Leaf::none && node->leaf != Leaf::scalar && node->leaf != Leaf::key);
  }
  int argument(const Node* node) const {
    for (std::size_t k = 0; k < arguments_.size(); ++k) {
      if (arguments_[k].node() == node) return static_cast<int>(k);
    }
    return -1;
  }

  void find_inputs(const std::vector<Node*>& nodes, const Tensors& outputs) {
    const auto meet = [&](Node* node, int out) {
      if (is_outside(node) && argument(node) < 0) capture(node, out);
    };
    for (Node* node : nodes) {
      if (is_outside(node)) continue;
      for (const Edge& edge : node->inputs) meet(edge.node, edge.out);
      if (node->leaf == Leaf::key) keys_[node] = static_cast<int>(recorded_.keys++);
    }
    for (const Tensor& output : outputs) meet(output.node(), output.output());
  }

  // A Variable that the function reads is read outside, where the present value is known.
  Tensor outer(Node* node, int out) const {
    for (const Trace::State& state : trace_.states) {
      if (state.read.defined() && state.read.node() == node) return Variable(state.slot).value();
    }
    return {node, out};
  }

  void capture(Node* node, int out) {
    auto& outputs = captured_[node];
    for (const auto& [output, number] : outputs) {
      if (output == out) return;
    }
    const Tensor from = outer(node, out);
    Tensors& all = recorded_.captured;
    const auto same = std::find_if(all.begin(), all.end(), [&](const Tensor& other) {
      return other.node() == from.node() && other.output() == from.output();
    });
    outputs.emplace_back(out, static_cast<int>(same - all.begin()));
    if (same == all.end()) all.push_back(from);
  }

  Body::Value value(const Node* node, int out) const {
    if (const int k = argument(node); k >= 0) return {k, 0};
    if (const auto key = keys_.find(node); key != keys_.end())
      return {static_cast<int>(arguments_.size() + recorded_.captured.size()) + key->second, 0};
    if (const auto list = captured_.find(node); list != captured_.end()) {
      for (const auto& [output, number] : list->second) {
        if (output == out) return {static_cast<int>(arguments_.size()) + number, 0};
      }
    }
    return {numbers_.at(node), out};
  }

  const Tensors& arguments_;
  const Trace& trace_;
  RecordedBody recorded_;
  std::unordered_map<const Node*, std::vector<std::pair<int, int>>> captured_;  // output, number
  std::unordered_map<const Node*, int> keys_, numbers_;
};

}  // namespace

RecordedBody record_body(std::string_view op, std::string_view what, std::span<const Type> types,
                         const std::function<Tensors(const Tensors&)>& function) {
  Trace trace;
  Tensors arguments, outputs;
  try {
    const TraceScope scope(trace);
    for (const Type& type : types) {
      arguments.push_back(
          argument_leaf(type, fmt::format("argument {} of the {} of {}", arguments.size(), what, op),
                        is_floating(type.dtype)));
    }
    outputs = function(arguments);
    for (const Tensor& output : outputs) {
      if (!output.defined()) throw StateError(fmt::format("{}: the {} returned an empty tensor", op, what));
    }
    for (const Trace::State& state : trace.states) {
      if (!state.written.defined()) continue;
      throw StateError(fmt::format(
          "{}: the {} assigns Variable '{}'; expected a function that assigns none. Return the new value "
          "as a result, and assign it after {}",
          op, what, state.slot->name, op));
    }
  } catch (...) {
    trace.take_back();
    throw;
  }
  pass_on(trace);
  return Recorder(arguments, trace).run(outputs);
}

}  // namespace luge
