// Greedy: find the step at which most is alive; among the values that only wait there, take the one whose
// recomputation buys the most bytes per second; rewrite; look again.
#include "compile/rematerialise.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "compile/kernel_choice.h"
#include "compile/lower.h"

namespace luge::compiler {
namespace {

// A recomputation of more steps than this is not considered: its own values would fill the memory it saves.
constexpr std::size_t longest_chain = 24;

std::size_t bytes_of(const Type& type) {
  return (static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype) + 63) / 64 * 64;
}

// Estimated seconds of a step, by the op alone: the kernel is asked once for each kind.
class Costs {
 public:
  explicit Costs(const Options& options) : options_(options) {}

  double of(const Node& node) {
    const auto known = costs_.find(node.op.get());
    if (known != costs_.end()) return known->second;
    std::size_t bytes = 0;
    for (const Type& type : input_types(node)) bytes += bytes_of(type);
    for (const Output& output : node.outputs) bytes += bytes_of(output.type);
    double seconds = 1e-6 + static_cast<double>(bytes) / 8e9;
    if (!node.op->traits().alias) {
      const Question question = question_of(node, std::vector<bool>(node.outputs.size(), true));
      const std::vector<LayoutId> free(node.inputs.size(), any_layout);
      const Choice choice = choose(question, free, options_);
      if (choice.offer.accepted()) seconds = std::max(seconds, choice.offer.cost);
    }
    return costs_[node.op.get()] = seconds;
  }

 private:
  const Options& options_;
  std::unordered_map<const AnyOp*, double> costs_;  // ops are shared by the clones of a node
};

/// What lies where in the order of the steps.
class Timeline {
 public:
  struct Group {  // memory that an output and its reshapes share
    std::size_t bytes = 0;
    int born = -1;           // -1: a leaf
    bool kept = false;       // leaf or root: not in the arena, or not ours to free
    std::vector<int> reads;  // by steps, ascending
    int last() const { return reads.empty() ? born : reads.back(); }
  };

  explicit Timeline(const Graph& graph) : order_(schedule(graph)) {
    for (std::size_t s = 0; s < order_.size(); ++s) add(*order_[s], static_cast<int>(s));
    for (const Tensor& root : graph.roots) {
      const auto found = groups_of_.find(root.node());
      if (found != groups_of_.end())
        groups_[found->second[static_cast<std::size_t>(root.output())]].kept = true;
    }
    find_peak();
  }

  const std::vector<Node*>& order() const { return order_; }
  const std::vector<Group>& groups() const { return groups_; }
  int peak_step() const { return peak_step_; }
  std::size_t peak() const { return peak_; }
  int step_of(const Node* node) const {
    const auto found = step_of_.find(node);
    return found == step_of_.end() ? -1 : found->second;
  }
  std::size_t group_of(const Edge& edge) const {
    return groups_of_.at(edge.node)[static_cast<std::size_t>(edge.out)];
  }

 private:
  void add(Node& node, int step) {
    step_of_[&node] = step;
    for (const Edge& edge : node.inputs) {
      if (edge.node->leaf != Leaf::none) continue;
      std::vector<int>& reads = groups_[group_of(edge)].reads;
      if (reads.empty() || reads.back() != step) reads.push_back(step);
    }
    const bool alias = node.op->traits().alias && node.outputs.size() == 1;
    std::vector<std::size_t>& mine = groups_of_[&node];
    if (alias && node.inputs[0].node->leaf == Leaf::none) {
      mine = {group_of(node.inputs[0])};
      return;
    }
    for (const Output& output : node.outputs) {
      mine.push_back(groups_.size());
      groups_.push_back({alias ? 0 : bytes_of(output.type), step, alias, {}});
    }
  }

  void find_peak() {
    std::vector<std::ptrdiff_t> change(order_.size() + 1, 0);
    for (const Group& group : groups_) {
      if (group.kept) continue;
      change[static_cast<std::size_t>(group.born)] += static_cast<std::ptrdiff_t>(group.bytes);
      change[static_cast<std::size_t>(group.last()) + 1] -= static_cast<std::ptrdiff_t>(group.bytes);
    }
    std::ptrdiff_t alive = 0;
    for (std::size_t s = 0; s < order_.size(); ++s) {
      alive += change[s];
      if (static_cast<std::size_t>(alive) <= peak_) continue;
      peak_ = static_cast<std::size_t>(alive);
      peak_step_ = static_cast<int>(s);
    }
  }

  std::vector<Node*> order_;
  std::vector<Group> groups_;
  std::unordered_map<const Node*, std::vector<std::size_t>> groups_of_;
  std::unordered_map<const Node*, int> step_of_;
  std::size_t peak_ = 0;
  int peak_step_ = 0;
};

/// One value to compute again: these nodes run a second time for these readers.
struct Plan {
  std::size_t group = 0;
  std::unordered_set<const Node*> late;   // readers behind the peak
  std::unordered_set<const Node*> again;  // what they need computed
  double seconds = 0;
};

class Planner {
 public:
  Planner(const Timeline& timeline, Costs& costs) : timeline_(timeline), costs_(costs) {}

  /// Nothing when the value is in use at the peak, or its inputs would have to be kept for it.
  std::optional<Plan> plan(std::size_t g) const {
    const Timeline::Group& group = timeline_.groups()[g];
    const int peak = timeline_.peak_step();
    if (group.kept || group.bytes == 0 || group.born >= peak || group.last() <= peak) return {};
    if (std::binary_search(group.reads.begin(), group.reads.end(), peak)) return {};
    const int first = *std::upper_bound(group.reads.begin(), group.reads.end(), peak);
    Plan plan;
    plan.group = g;
    std::vector<const Node*> open;
    const auto want = [&](const Node* node) {
      if (plan.again.insert(node).second) open.push_back(node);
    };
    for (int step : group.reads) {
      if (step <= peak) continue;
      const Node* reader = timeline_.order()[static_cast<std::size_t>(step)];
      plan.late.insert(reader);
      for (const Edge& edge : reader->inputs) {
        if (edge.node->leaf == Leaf::none && timeline_.group_of(edge) == g) want(edge.node);
      }
    }
    // A reshape behind the peak is remade by its readers.
    for (const Node* node : plan.again) plan.late.erase(node);
    while (!open.empty()) {
      const Node* node = open.back();
      open.pop_back();
      if (node->op->traits().can_fail || plan.again.size() > longest_chain) return {};
      plan.seconds += costs_.of(*node);
      for (const Edge& edge : node->inputs) {
        if (edge.node->leaf != Leaf::none) continue;
        const std::size_t h = timeline_.group_of(edge);
        const Timeline::Group& input = timeline_.groups()[h];
        if (h == g || (!input.kept && input.last() < first)) want(edge.node);
      }
    }
    return plan;
  }

 private:
  const Timeline& timeline_;
  Costs& costs_;
};

class Rewriter {
 public:
  explicit Rewriter(const Plan& plan, const Timeline& timeline) : plan_(plan), timeline_(timeline) {
    for (Node* node : timeline.order()) {
      if (plan.again.contains(node)) chain_.push_back(node);
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) {
    Tensors operands = inputs;
    if (plan_.late.contains(&node)) {
      make_clones();
      for (std::size_t k = 0; k < operands.size(); ++k) {
        const Edge& edge = node.inputs[k];
        if (edge.node->leaf != Leaf::none || timeline_.group_of(edge) != plan_.group) continue;
        operands[k] = clones_.at(edge.node)[static_cast<std::size_t>(edge.out)];
      }
    }
    return made_[&node] = rebuild(node, operands);
  }

 private:
  // In front of the first reader, so that they are numbered there.
  void make_clones() {
    if (!clones_.empty()) return;
    for (Node* node : chain_) {
      Tensors operands;
      for (const Edge& edge : node->inputs) {
        const auto clone = clones_.find(edge.node);
        if (edge.node->leaf != Leaf::none) {
          operands.push_back(output_of(*edge.node, static_cast<std::size_t>(edge.out)));
        } else {
          operands.push_back((clone != clones_.end()
                                  ? clone->second
                                  : made_.at(edge.node))[static_cast<std::size_t>(edge.out)]);
        }
      }
      Tensors outputs = rebuild(*node, operands);
      outputs[0].node()->barrier = true;
      clones_[node] = std::move(outputs);
    }
  }

  const Plan& plan_;
  const Timeline& timeline_;
  std::vector<Node*> chain_;  // plan.again, inputs first
  std::unordered_map<const Node*, Tensors> made_, clones_;
};

}  // namespace

Rematerialised rematerialise(const Graph& graph, std::size_t budget, const Options& options) {
  Costs costs(options);
  Rematerialised best{graph, 0, 0, 0};
  std::unordered_set<const Node*> hopeless;  // producers whose recomputation gained nothing at this peak
  Timeline timeline(best.graph);
  best.peak = timeline.peak();
  while (best.peak > budget) {
    const Planner planner(timeline, costs);
    std::optional<Plan> chosen;
    double chosen_worth = 0;
    for (std::size_t g = 0; g < timeline.groups().size(); ++g) {
      const Timeline::Group& group = timeline.groups()[g];
      if (group.born >= 0 && hopeless.contains(timeline.order()[static_cast<std::size_t>(group.born)]))
        continue;
      std::optional<Plan> plan = planner.plan(g);
      if (!plan) continue;
      const double worth = static_cast<double>(group.bytes) / plan->seconds;
      if (chosen && worth <= chosen_worth) continue;
      chosen = std::move(plan);
      chosen_worth = worth;
    }
    if (!chosen) break;
    Graph next = rewrite(best.graph, Rewriter(*chosen, timeline));
    Timeline then(next);
    if (then.peak() > best.peak) {  // an equal peak elsewhere is progress: the next round looks there
      const int born = timeline.groups()[chosen->group].born;
      hopeless.insert(timeline.order()[static_cast<std::size_t>(born)]);
      continue;
    }
    best.graph = std::move(next);
    best.peak = then.peak();
    best.steps += chosen->again.size();
    best.seconds += chosen->seconds;
    timeline = std::move(then);
    hopeless.clear();
  }
  return best;
}

std::size_t memory_of(const Program& program) {
  std::size_t bytes = program.arena_bytes;
  for (const int input : program.inputs) {
    if (input >= 0) bytes += program.values[static_cast<std::size_t>(input)].bytes;
  }
  for (std::size_t r = 0; r < program.roots.size(); ++r) {
    if (program.replaces[r] < 0) bytes += program.values[static_cast<std::size_t>(program.roots[r])].bytes;
  }
  return bytes;
}

std::shared_ptr<const Program> lower_within(const Graph& graph, const Options& options,
                                            std::shared_ptr<const Program> full) {
  // The estimate knows neither padded layouts nor workspaces: it is held to what the real plan showed.
  constexpr int tries = 6;
  const std::size_t outside = memory_of(*full) - full->arena_bytes;
  std::shared_ptr<const Program> least = full;
  if (options.memory > outside) {
    const double wanted = static_cast<double>(options.memory - outside);
    double ratio = static_cast<double>(Timeline(graph).peak()) / static_cast<double>(full->arena_bytes);
    std::size_t last_peak = 0;
    for (int i = 0; i < tries; ++i) {
      const Rematerialised found = rematerialise(graph, static_cast<std::size_t>(wanted * ratio), options);
      if (found.peak == last_peak) break;
      last_peak = found.peak;
      Draft draft = select(found.graph, schedule(found.graph), options);
      plan_memory(draft);
      draft.program->again = {found.steps, found.seconds};
      if (draft.program->arena_bytes < least->arena_bytes) least = draft.program;
      if (memory_of(*draft.program) <= options.memory) return draft.program;
      ratio *= 0.97 * wanted / static_cast<double>(draft.program->arena_bytes);
    }
  }
  throw MemoryError(
      fmt::format("memory limit of {} bytes: this program needs {} ({} of them inputs, Variables and "
                  "outputs), and {} with all "
                  "recomputation that helps; use a smaller batch or a limit of at least that",
                  options.memory, memory_of(*full), outside, memory_of(*least)));
}

}  // namespace luge::compiler
