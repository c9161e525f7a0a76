// Greedy: find the step at which most is alive; among the values that only wait there, take the one whose
// recomputation buys the most bytes per second; rewrite; look again.
#include "compile/rematerialize.h"

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
// This many graphs of the size of the first are looked at before the search gives up.
constexpr std::size_t most_work = 1500;

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
      const Choice choice = choose(question, options_);
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
  /// Rounds of giving values up end because each one lowers this.
  bool lower_than(const Timeline& other) const {
    return std::pair(peak_, steps_at_peak_) < std::pair(other.peak_, other.steps_at_peak_);
  }
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
      const auto bytes = static_cast<std::size_t>(alive);
      if (bytes == peak_) ++steps_at_peak_;
      if (bytes <= peak_) continue;
      peak_ = bytes;
      peak_step_ = static_cast<int>(s);
      steps_at_peak_ = 1;
    }
  }

  std::vector<Node*> order_;
  std::vector<Group> groups_;
  std::unordered_map<const Node*, std::vector<std::size_t>> groups_of_;
  std::unordered_map<const Node*, int> step_of_;
  std::size_t peak_ = 0;
  int peak_step_ = 0;  // the first of them
  int steps_at_peak_ = 0;
};

/// One value to compute again: these nodes run a second time for these readers.
struct Plan {
  std::size_t group = 0;
  std::unordered_set<const Node*> late;   // readers after the peak
  std::unordered_set<const Node*> again;  // what they need computed
  double seconds = 0;
};

class PeakPlanner {
 public:
  PeakPlanner(const Timeline& timeline, Costs& costs) : timeline_(timeline), costs_(costs) {}

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
    // A reshape after the peak is remade by its readers.
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

struct Rematerializer::State {
  State(const Graph& graph, const Options& options)
      : costs(options), timeline(graph), work_left(most_work * (timeline.order().size() + 64)) {
    find_plans();
  }

  // What may be computed again for this timeline, the most bytes per second last.
  void find_plans() {
    plans.clear();
    const PeakPlanner planner(timeline, costs);
    for (std::size_t g = 0; g < timeline.groups().size(); ++g) {
      if (std::optional<Plan> plan = planner.plan(g)) plans.push_back(*std::move(plan));
    }
    const auto worth = [&](const Plan& plan) {
      return static_cast<double>(timeline.groups()[plan.group].bytes) / plan.seconds;
    };
    std::stable_sort(plans.begin(), plans.end(),
                     [&](const Plan& a, const Plan& b) { return worth(a) < worth(b); });
  }

  Costs costs;
  Timeline timeline;
  std::vector<Plan> plans;  // those that were not tried yet
  std::size_t work_left;    // steps that may still be looked at
};

Rematerializer::Rematerializer(const Graph& graph, const Options& options)
    : state_(std::make_unique<State>(graph, options)), found_{graph, state_->timeline.peak(), 0, 0} {}
Rematerializer::~Rematerializer() = default;

bool Rematerializer::lower_peak(std::size_t budget) {
  while (found_.peak > budget) {
    const std::size_t work = state_->timeline.order().size() + 1;
    if (state_->plans.empty() || state_->work_left < work) return false;
    state_->work_left -= work;
    const Plan plan = std::move(state_->plans.back());
    state_->plans.pop_back();
    Graph next = rewrite(found_.graph, Rewriter(plan, state_->timeline));
    Timeline then(next);
    if (!then.lower_than(state_->timeline)) continue;
    found_ = {std::move(next), then.peak(), found_.steps + plan.again.size(), found_.seconds + plan.seconds};
    state_->timeline = std::move(then);
    state_->find_plans();
  }
  return true;
}

Rematerialized rematerialize(const Graph& graph, std::size_t budget, const Options& options) {
  Rematerializer rematerializer(graph, options);
  rematerializer.lower_peak(budget);
  return rematerializer.found();
}

}  // namespace luge::compiler
