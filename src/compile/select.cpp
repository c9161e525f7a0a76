// Kernel and layout chosen together: a walk forward in which every request carries the layouts its inputs
// have now. State is free in the first walk; then each slot gets the one layout in which its next value is
// written, and the second walk inserts what reorders remain.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "compile/kernel_choice.h"
#include "compile/lower.h"

namespace luge::compiler {
namespace {

struct Version {  // one copy of a value
  LayoutId layout;
  int value;  // in the program; -1 while only layouts are being decided
};

struct Tracked {
  std::vector<Version> versions;  // the first is where it was made
  LayoutId wish = any_layout;     // a free leaf: what its first user asked for
  bool used = false;
};

class CopyKernel final : public PreparedKernel {
 public:
  explicit CopyKernel(std::size_t bytes) : bytes_(bytes) {}
  void run(const KernelCall& call) const override {
    std::copy_n(static_cast<const std::byte*>(call.in[0]), bytes_, static_cast<std::byte*>(call.out[0]));
  }

 private:
  std::size_t bytes_;
};

class Selector {
 public:
  Selector(const Graph& graph, const std::vector<Node*>& order, const Options& options)
      : graph_(graph), order_(order), options_(options), backend_(*options.backend) {
    for (const Tensor& root : graph.roots) need(root.node(), root.output());
    for (Node* node : order) {
      for (const Edge& edge : node->inputs) need(edge.node, edge.out);
    }
  }

  Draft run() {
    std::vector<LayoutId> layouts = leaf_layouts();
    if (std::count(layouts.begin(), layouts.end(), any_layout) != 0) {
      walk(layouts);
      layouts = decide();
    }
    draft_.program = std::make_shared<Program>();
    draft_.program->backend = &backend_;
    walk(layouts);
    return_roots(layouts);
    return std::move(draft_);
  }

 private:
  struct Asked {
    std::vector<LayoutId> layouts;
    Choice choice;
    std::vector<bool> out_used;  // what the kernel gives: all that is wanted, or more
  };
  using Place = std::pair<const Node*, int>;
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return std::hash<const void*>()(place.first) * 31 + static_cast<std::size_t>(place.second);
    }
  };

  void need(const Node* node, int out) { used_.insert({Place(node, out), true}); }
  bool used(const Node* node, int out) const { return used_.contains(Place(node, out)); }
  bool emitting() const { return draft_.program != nullptr; }
  Program& program() { return *draft_.program; }

  // any_layout: ours to choose. State is, and so is what binding keeps packed from call to call (reads).
  std::vector<LayoutId> leaf_layouts() const {
    std::vector<LayoutId> layouts(graph_.leaves.size(), public_layout);
    for (std::size_t k = 0; k < layouts.size(); ++k) {
      if (graph_.leaves[k].node()->leaf == Leaf::read) layouts[k] = any_layout;
    }
    for (int leaf : graph_.replaces) {
      if (leaf >= 0) layouts[static_cast<std::size_t>(leaf)] = any_layout;
    }
    return layouts;
  }

  // After the free walk: a slot takes the layout of its update, other leaves that of their first user.
  std::vector<LayoutId> decide() {
    std::vector<LayoutId> layouts = leaf_layouts();
    for (std::size_t k = 0; k < layouts.size(); ++k) {
      if (layouts[k] != any_layout) continue;
      const LayoutId wish = tracked_[Place(graph_.leaves[k].node(), graph_.leaves[k].output())].wish;
      layouts[k] = wish == any_layout ? public_layout : wish;
    }
    for (std::size_t r = 0; r < graph_.roots.size(); ++r) {
      if (graph_.replaces[r] < 0) continue;
      const LayoutId made =
          tracked_[Place(graph_.roots[r].node(), graph_.roots[r].output())].versions[0].layout;
      layouts[static_cast<std::size_t>(graph_.replaces[r])] = made == any_layout ? public_layout : made;
    }
    return layouts;
  }

  void walk(const std::vector<LayoutId>& layouts) {
    tracked_.clear();
    for (std::size_t k = 0; k < layouts.size(); ++k) bind_leaf(k, layouts[k]);
    for (Node* node : order_) {
      for (const Edge& edge : node->inputs) bind_constant(edge);
      place(*node);
    }
  }

  void bind_leaf(std::size_t k, LayoutId layout) {
    const Tensor& leaf = graph_.leaves[k];
    int value = -1;
    if (emitting()) {
      if (used(leaf.node(), leaf.output())) {
        value = add_value(ProgramValue::Kind::input, type_of(leaf), layout);
        program().values.back().index = static_cast<int>(k);
      }
      program().inputs.push_back(value);
    }
    tracked_[Place(leaf.node(), leaf.output())].versions = {{layout, value}};
  }

  void bind_constant(const Edge& edge) {
    if (edge.node->leaf == Leaf::data || edge.node->leaf == Leaf::scalar) constant(edge.node);
  }

  // A number that a decomposition brought along; those of the user's graph are leaves, bound at each run.
  static BufferRef number(const Node& node) {
    auto buffer = std::make_shared<Buffer>(size_of(node.outputs[0].type.dtype));
    std::memcpy(buffer->data(), node.words, buffer->bytes());
    return buffer;
  }

  Tracked& constant(const Node* node) {
    Tracked& tracked = tracked_[Place(node, 0)];
    if (!tracked.versions.empty()) return tracked;
    int value = -1;
    if (emitting()) {
      value = add_value(ProgramValue::Kind::constant, node->outputs[0].type, public_layout);
      program().values.back().index = static_cast<int>(program().constants.size());
      program().constants.push_back(node->leaf == Leaf::scalar ? number(*node) : node->outputs[0].value);
    }
    tracked.versions = {{public_layout, value}};
    return tracked;
  }

  // One node: an alias, or a step of the cheapest kernel.
  void place(Node& node) {
    if (node.op->traits().alias && node.outputs.size() == 1) return place_alias(node);
    std::vector<bool> out_used;
    for (std::size_t k = 0; k < node.outputs.size(); ++k)
      out_used.push_back(used(&node, static_cast<int>(k)));
    std::vector<LayoutId> now;
    for (const Edge& edge : node.inputs) {
      now.push_back(edge.node->leaf == Leaf::typed ? public_layout : tracked(edge).versions[0].layout);
    }
    const Asked& asked = ask(node, now, out_used);
    const Choice& choice = asked.choice;
    std::vector<int> in;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const Edge& edge = node.inputs[k];
      const LayoutId wanted = k < choice.offer.in_layouts.size() ? choice.offer.in_layouts[k] : public_layout;
      in.push_back(edge.node->leaf == Leaf::typed ? -1 : in_layout(edge, wanted));
    }
    std::vector<int> out;
    for (std::size_t k = 0; k < node.outputs.size(); ++k) {
      const LayoutId layout =
          k < choice.offer.out_layouts.size() ? choice.offer.out_layouts[k] : public_layout;
      const int value = emitting() && asked.out_used[k]
                            ? add_value(ProgramValue::Kind::temporary, node.outputs[k].type, layout)
                            : -1;
      tracked_[Place(&node, static_cast<int>(k))].versions = {{layout, value}};
      out.push_back(value);
    }
    if (!emitting()) return;
    add_step(node, choice, std::move(in), std::move(out));
    // What another program reads takes its layout at once, and the memory before is free again.
    for (std::size_t r = 0; r < options_.root_layouts.size(); ++r) {
      const Tensor& root = graph_.roots[r];
      if (root.node() == &node) in_layout({&node, root.output()}, options_.root_layouts[r]);
    }
  }

  // Asking makes primitives: the second walk asks again only where the layouts differ from what was agreed.
  const Asked& ask(Node& node, const std::vector<LayoutId>& now, const std::vector<bool>& out_used) {
    Asked& asked = asked_[&node];
    const auto holds = [&] {
      for (std::size_t k = 0; k < now.size(); ++k) {
        const std::vector<LayoutId>& wanted = asked.choice.offer.in_layouts;
        const LayoutId agreed = k < wanted.size() ? wanted[k] : public_layout;
        if (asked.layouts[k] != now[k] && !(asked.layouts[k] == any_layout && now[k] == agreed)) return false;
      }
      return true;
    };
    if (asked.choice.offer.kernel && holds()) return asked;
    Question question = question_of(node, out_used);
    asked.layouts = now;
    asked.choice = choose_or_reference(question, now);
    asked.out_used = std::move(question.out_used);
    return asked;
  }

  Choice choose_or_reference(Question& question, const std::vector<LayoutId>& now) {
    Choice choice = choose(question, now, options_);
    if (choice.offer.accepted()) return choice;
    // What a kernel gives only together with something else is had by giving that memory too.
    if (std::count(question.out_used.begin(), question.out_used.end(), false) != 0) {
      Question whole = question;
      whole.out_used.assign(question.out_used.size(), true);
      Choice more = choose(whole, now, options_);
      if (more.offer.accepted()) {
        question.out_used = std::move(whole.out_used);
        return more;
      }
    }
    const KernelRequest request{*question.op,      question.in,   question.out,  now,
                                question.out_used, question.post, options_.math, options_.threads};
    const Kernel& reference = *reference_backend().candidates(question.op->name()).back();
    choice.offer = reference.offer(request);
    choice.kernel = reference.name();
    if (!choice.offer.accepted()) {
      choice.refusals.push_back(fmt::format("{}: {}", choice.kernel, choice.offer.refusal));
      throw GraphError(fmt::format("{}: backend '{}' has no kernel that takes it ({})", question.op->name(),
                                   backend_.name(), fmt::join(choice.refusals, "; ")));
    }
    return choice;
  }

  // Same elements in the same order: nothing to run while the layout is the public one.
  void place_alias(Node& node) {
    const int source = in_layout(node.inputs[0], public_layout);
    int value = -1;
    if (emitting()) {
      value = add_value(ProgramValue::Kind::temporary, node.outputs[0].type, public_layout);
      program().values.back().alias = base(source);
    }
    tracked_[Place(&node, 0)].versions = {{public_layout, value}};
  }

  Tracked& tracked(const Edge& edge) { return tracked_[Place(edge.node, edge.out)]; }

  // The value in a layout; made by a reorder when there is none yet.
  int in_layout(const Edge& edge, LayoutId wanted) {
    Tracked& tracked = this->tracked(edge);
    const Version source = tracked.versions[0];
    if (source.layout == any_layout) {
      if (tracked.wish == any_layout) tracked.wish = wanted;
      return -1;
    }
    if (wanted == any_layout) return source.value;
    for (const Version& version : tracked.versions) {
      if (version.layout == wanted) return version.value;
    }
    int value = -1;
    if (emitting())
      value = add_reorder(source, wanted, edge.node->outputs[static_cast<std::size_t>(edge.out)].type);
    tracked.versions.push_back({wanted, value});
    return value;
  }

  int add_value(ProgramValue::Kind kind, const Type& type, LayoutId layout) {
    ProgramValue value;
    value.kind = kind;
    value.type = type;
    value.layout = layout;
    value.bytes = backend_.bytes(layout, type);
    program().values.push_back(std::move(value));
    return static_cast<int>(program().values.size()) - 1;
  }

  int add_reorder(const Version& source, LayoutId wanted, const Type& type) {
    const int value = add_value(ProgramValue::Kind::temporary, type, wanted);
    ProgramStep step;
    step.name = "reorder";
    step.note = fmt::format("{} -> {}", backend_.layout_name(source.layout), backend_.layout_name(wanted));
    step.kernel = backend_.reorder(source.layout, wanted, type);
    push(std::move(step), source.value, value);
    return value;
  }

  int add_copy(int source) {
    const ProgramValue from = program().values[static_cast<std::size_t>(source)];
    const int value = add_value(ProgramValue::Kind::temporary, from.type, from.layout);
    ProgramStep step;
    step.name = "copy";
    step.kernel = std::make_shared<CopyKernel>(from.bytes);
    push(std::move(step), source, value);
    return value;
  }

  void push(ProgramStep step, int in, int out) {
    step.in = {in};
    step.out = {out};
    program().steps.push_back(std::move(step));
    draft_.in_place.emplace_back();
  }

  void add_step(Node& node, const Choice& choice, std::vector<int> in, std::vector<int> out) {
    ProgramStep step;
    step.name = node.op->name();
    step.note = choice.offer.note.empty() ? std::string(choice.kernel)
                                          : fmt::format("{}: {}", choice.kernel, choice.offer.note);
    step.kernel = choice.offer.kernel;
    step.op = node.op;
    step.in = std::move(in);
    step.out = std::move(out);
    step.scratch = choice.offer.scratch;
    step.can_fail = node.op->traits().can_fail;
    step.again = node.barrier;
    step.refusals = choice.refusals;
    program().steps.push_back(std::move(step));
    draft_.in_place.push_back(choice.offer.in_place);
  }

  // What a person gets is public, what another program reads as it asked; state keeps its slot's layout, in
  // memory of its own.
  void return_roots(const std::vector<LayoutId>& layouts) {
    std::vector<int> taken;  // storage that is some slot's next value already
    for (std::size_t r = 0; r < graph_.roots.size(); ++r) {
      const Tensor& root = graph_.roots[r];
      const int leaf = graph_.replaces[r];
      if (root.node()->leaf == Leaf::data) constant(root.node());
      const LayoutId wanted = leaf >= 0                       ? layouts[static_cast<std::size_t>(leaf)]
                              : options_.root_layouts.empty() ? public_layout
                                                              : options_.root_layouts[r];
      int value = in_layout({root.node(), root.output()}, wanted);
      const int storage = base(value);
      const bool given =
          program().values[static_cast<std::size_t>(storage)].kind != ProgramValue::Kind::temporary;
      const bool unchanged = leaf >= 0 && value == program().inputs[static_cast<std::size_t>(leaf)];
      if (leaf >= 0 && !unchanged && (given || std::count(taken.begin(), taken.end(), storage) != 0)) {
        value = add_copy(value);
      }
      if (leaf >= 0) taken.push_back(base(value));
      program().roots.push_back(value);
    }
    program().replaces = graph_.replaces;
  }

  int base(int value) {
    while (program().values[static_cast<std::size_t>(value)].alias >= 0) {
      value = program().values[static_cast<std::size_t>(value)].alias;
    }
    return value;
  }

  static Type type_of(const Tensor& tensor) { return {tensor.dtype(), tensor.shape()}; }

  const Graph& graph_;
  const std::vector<Node*>& order_;
  const Options& options_;
  const Backend& backend_;
  std::unordered_map<Place, bool, PlaceHash> used_;
  std::unordered_map<Place, Tracked, PlaceHash> tracked_;
  std::unordered_map<const Node*, Asked> asked_;
  Draft draft_;
};

}  // namespace

Draft select(const Graph& graph, const std::vector<Node*>& order, const Options& options) {
  return Selector(graph, order, options).run();
}

}  // namespace luge::compiler
