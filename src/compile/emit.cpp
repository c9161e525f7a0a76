// The steps of a program: one for each node that runs, and reorders where a value is read in another layout
// than the one in which it was made.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compile/copy_steps.h"
#include "compile/edge.h"
#include "compile/lower.h"
#include "graph/scopes.h"

namespace luge::compiler {
namespace {

struct Version {  // one copy of a value
  LayoutId layout;
  int value;  // in the program
  bool on_host;
};

class Emitter {
 public:
  Emitter(const Graph& graph, const std::vector<Node*>& order, const Selection& selection,
          const Options& options)
      : graph_(graph), order_(order), selection_(selection), options_(options), backend_(*options.backend) {
    for (const Tensor& root : graph.roots) used_[{root.node(), root.output()}] = true;
    for (Node* node : order) {
      for (const Edge& edge : node->inputs) used_[{edge.node, edge.out}] = true;
    }
  }

  Draft run() {
    draft_.program = std::make_shared<Program>();
    program().backend = &backend_;
    for (std::size_t k = 0; k < graph_.leaves.size(); ++k) bind_leaf(k);
    for (Node* node : order_) {
      for (const Edge& edge : node->inputs) bind_constant(*edge.node);
      if (is_alias(*node)) {
        emit_alias(*node);
      } else {
        emit_step(*node);
      }
    }
    return_roots();
    return std::move(draft_);
  }

 private:
  Program& program() { return *draft_.program; }
  const Backend& backend(bool on_host) const { return on_host ? *backend_.fallback() : backend_; }
  ProgramValue& value(int index) { return program().values[static_cast<std::size_t>(index)]; }

  void bind_leaf(std::size_t k) {
    const Tensor& leaf = graph_.leaves[k];
    const bool on_host = is_on_host(*leaf.node(), options_);
    int value = -1;
    if (used_.contains({leaf.node(), leaf.output()})) {
      value = add_value(ProgramValue::Kind::input, type_of(leaf), selection_.leaves[k], on_host);
      program().values.back().index = static_cast<int>(k);
    }
    program().inputs.push_back(value);
    versions_[{leaf.node(), leaf.output()}] = {{selection_.leaves[k], value, on_host}};
  }

  // A number that a decomposition brought along; those of the user's graph are leaves, bound at each run.
  static BufferRef number(const Node& node) {
    auto buffer = std::make_shared<Buffer>(size_of(node.outputs[0].type.dtype));
    std::memcpy(buffer->data(), node.words, buffer->bytes());
    return buffer;
  }

  // On a device with a memory of its own a constant is on both sides from the start.
  void bind_constant(const Node& node) {
    if (node.leaf != Leaf::data && node.leaf != Leaf::scalar) return;
    std::vector<Version>& versions = versions_[{&node, 0}];
    if (!versions.empty()) return;  // bound already, or a leaf of the graph
    const BufferRef held = node.leaf == Leaf::scalar ? number(node) : node.outputs[0].value;
    versions.push_back(add_constant(held, node.outputs[0].type, false));
    if (backend_.fallback()) versions.push_back(add_constant(held, node.outputs[0].type, true));
  }

  Version add_constant(const BufferRef& held, const Type& type, bool on_host) {
    const int value = add_value(ProgramValue::Kind::constant, type, public_layout, on_host);
    program().values.back().index = static_cast<int>(program().constants.size());
    DeviceMemory& memory = backend(on_host).memory();
    program().constants.push_back(&held->memory() == &memory ? held : copied_to(memory, *held));
    return {public_layout, value, on_host};
  }

  // Same elements in the same order: nothing to run while the layout is the public one.
  void emit_alias(const Node& node) {
    const Edge& input = node.inputs[0];
    const bool on_host = versions_.at({input.node, input.out})[0].on_host;
    const int source = in_layout(input, public_layout, on_host);
    const int alias = add_value(ProgramValue::Kind::temporary, node.outputs[0].type, public_layout, on_host);
    value(alias).alias = base(source);
    versions_[{&node, 0}] = {{public_layout, alias, on_host}};
  }

  void emit_step(const Node& node) {
    const StepChoice& step = selection_.nodes.at(&node);
    scope_ = scope_of(node);
    const Choice& choice = step.choice;
    std::vector<int> in, out;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const bool typed = node.inputs[k].node->leaf == Leaf::typed;
      in.push_back(typed ? -1 : in_layout(node.inputs[k], wanted_by(choice, k), step.on_host));
    }
    for (std::size_t k = 0; k < node.outputs.size(); ++k) {
      const LayoutId layout = made_by(choice, k);
      out.push_back(step.out_used[k]
                        ? add_value(ProgramValue::Kind::temporary, node.outputs[k].type, layout, step.on_host)
                        : -1);
      versions_[{&node, static_cast<int>(k)}] = {{layout, out.back(), step.on_host}};
    }
    add_step(node, step, std::move(in), std::move(out));
    // What another program reads takes its layout at once, and the memory before is free again.
    for (std::size_t r = 0; r < options_.root_layouts.size(); ++r) {
      const Tensor& root = graph_.roots[r];
      if (root.node() == &node) in_layout({root.node(), root.output()}, options_.root_layouts[r], false);
    }
  }

  // The value in a layout, on the device or on the host; made by a reorder or a copy when there is none yet.
  int in_layout(const Edge& edge, LayoutId wanted, bool on_host) {
    std::vector<Version>& versions = versions_.at({edge.node, edge.out});
    const auto is_here = [&](const Version& version) { return version.on_host == on_host; };
    auto source = std::find_if(versions.begin(), versions.end(), is_here);
    if (source == versions.end()) {
      const int crossed = add_crossing(in_layout(edge, public_layout, !on_host));
      source = versions.insert(versions.end(), {public_layout, crossed, on_host});
    }
    if (wanted == any_layout) return source->value;
    for (const Version& version : versions) {
      if (version.layout == wanted && is_here(version)) return version.value;
    }
    const Type& type = type_of(edge);
    versions.push_back({wanted, add_reorder(*source, wanted, type), on_host});
    return versions.back().value;
  }

  int add_value(ProgramValue::Kind kind, const Type& type, LayoutId layout, bool on_host) {
    ProgramValue value;
    value.kind = kind;
    value.type = type;
    value.layout = layout;
    value.bytes = backend(on_host).bytes(layout, type);
    value.on_host = on_host;
    program().values.push_back(std::move(value));
    return static_cast<int>(program().values.size()) - 1;
  }

  int add_reorder(const Version& source, LayoutId wanted, const Type& type) {
    const Backend& backend = this->backend(source.on_host);
    const int value = add_value(ProgramValue::Kind::temporary, type, wanted, source.on_host);
    ProgramStep step;
    step.name = "reorder";
    step.note = fmt::format("{} -> {}", backend.layout_name(source.layout), backend.layout_name(wanted));
    step.kernel = backend.reorder(source.layout, wanted, type);
    step.on_host = source.on_host;
    push(std::move(step), source.value, value);
    return value;
  }

  // Another copy in the memory of the device.
  int add_copy(int source) {
    const ProgramValue from = value(source);
    const int copy = add_value(ProgramValue::Kind::temporary, from.type, from.layout, from.on_host);
    ProgramStep step;
    step.name = "copy";
    step.kernel = copy_kernel(Copy::within, backend_.memory(), from.bytes);
    push(std::move(step), source, copy);
    return copy;
  }

  // The copy on the other side of a value in the public layout.
  int add_crossing(int source) {
    const ProgramValue from = value(source);
    const bool to_host = !from.on_host;
    const int copy = add_value(ProgramValue::Kind::temporary, from.type, public_layout, to_host);
    const std::string device = backend_.device().to_string();
    ProgramStep step;
    step.name = "copy";
    step.note = to_host ? device + " -> host" : "host -> " + device;
    step.kernel = copy_kernel(to_host ? Copy::to_host : Copy::from_host, backend_.memory(), from.bytes);
    push(std::move(step), source, copy);
    return copy;
  }

  void push(ProgramStep step, int in, int out) {
    step.in = {in};
    step.out = {out};
    step.scope = scope_;
    program().steps.push_back(std::move(step));
    draft_.in_place.emplace_back();
  }

  void add_step(const Node& node, const StepChoice& selected, std::vector<int> in, std::vector<int> out) {
    const Choice& choice = selected.choice;
    ProgramStep step;
    step.name = node.op->name();
    step.note = choice.offer.note.empty() ? std::string(choice.kernel)
                                          : fmt::format("{}: {}", choice.kernel, choice.offer.note);
    step.kernel = choice.offer.kernel;
    step.on_host = selected.on_host;
    step.op = node.op;
    step.in = std::move(in);
    step.out = std::move(out);
    step.scratch = choice.offer.scratch;
    step.scope = scope_;
    step.can_fail = node.op->traits().can_fail;
    step.again = node.barrier;
    step.refusals = choice.refusals;
    step.parts = choice.parts;
    program().steps.push_back(std::move(step));
    draft_.in_place.push_back(choice.offer.in_place);
  }

  // What a person gets is public, what another program reads as it asked; state keeps its slot's layout, in
  // memory of its own.
  LayoutId layout_of_root(std::size_t r) const {
    const int leaf = graph_.replaces[r];
    if (leaf >= 0) return selection_.leaves[static_cast<std::size_t>(leaf)];
    return options_.root_layouts.empty() ? public_layout : options_.root_layouts[r];
  }

  void return_roots() {
    std::vector<int> taken;  // storage that is some slot's next value already
    for (std::size_t r = 0; r < graph_.roots.size(); ++r) {
      const Tensor& root = graph_.roots[r];
      const int leaf = graph_.replaces[r];
      bind_constant(*root.node());
      int result = in_layout({root.node(), root.output()}, layout_of_root(r), false);
      const int storage = base(result);
      const bool given = value(storage).kind != ProgramValue::Kind::temporary;
      const bool unchanged = leaf >= 0 && result == program().inputs[static_cast<std::size_t>(leaf)];
      if (leaf >= 0 && !unchanged && (given || std::count(taken.begin(), taken.end(), storage) != 0)) {
        result = add_copy(result);
      }
      if (leaf >= 0) taken.push_back(base(result));
      program().roots.push_back(result);
    }
    program().replaces = graph_.replaces;
  }

  int base(int of) {
    while (value(of).alias >= 0) of = value(of).alias;
    return of;
  }

  const Graph& graph_;
  const std::vector<Node*>& order_;
  const Selection& selection_;
  const Options& options_;
  const Backend& backend_;
  OutputMap<bool> used_;
  OutputMap<std::vector<Version>> versions_;  // of each value; the first is where it was made
  int scope_ = -1;  // of the node whose step is being made, for what is copied or reordered for it
  Draft draft_;
};

}  // namespace

Draft emit(const Graph& graph, const std::vector<Node*>& order, const Selection& selection,
           const Options& options) {
  return Emitter(graph, order, selection, options).run();
}

}  // namespace luge::compiler
