// Groups elementwise ops, reductions and what lies between them into fused steps. Consumers first: a value is
// computed where it is last needed, so that nothing of the backward pass is drawn into the forward pass and
// kept.
#include <algorithm>
#include <unordered_map>

#include "compile/build_order.h"
#include "compile/edge.h"
#include "compile/fuse_group.h"
#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "graph/scopes.h"
#include "ops/attributes/count.h"
#include "ops/attributes/fused.h"

namespace luge::compiler {
namespace {

std::vector<std::int64_t> strides_of(const Type& type, const AxisMap& map, std::size_t axes) {
  std::vector<std::int64_t> strides(axes, 0);
  std::int64_t step = 1;
  for (std::size_t dim = map.size(); dim-- > 0;) {
    const std::int64_t extent = type.shape[static_cast<int>(dim)];
    if (map[dim] >= 0 && extent != 1) strides[at(map[dim])] = step;
    step *= extent;
  }
  return strides;
}

double number_of(const Node& node) {
  const Edge& x = node.inputs[0];
  return static_cast<double>(node.op->attributes<CountAttributes>()->elements(type_of(x).shape));
}

// One step of the new graph: a fused group, or a node as it was.
struct Unit {
  int node;  // the group's root
  std::vector<Edge> inputs;
  TileProgram program;
  std::vector<int> outputs;  // members, in the order of the program's outputs; empty: not fused
};

class ProgramWriter {
 public:
  ProgramWriter(const FuseGraph& graph, const FuseGroup& group) : graph_(graph), group_(group) {
    unit_.node = group.root();
    unit_.program.extents = group.space().extents;
    unit_.program.reduced = group.space().reduced;
    for (const auto& [node, member] : group.members()) values_[node] = write(node);
  }

  Unit finish() {
    const auto operands = static_cast<int>(unit_.inputs.size());
    const auto number = [&](int value) { return value >= kLine ? operands + value - kLine : value; };
    for (TileLine& line : unit_.program.lines) {
      for (int& source : line.source) source = number(source);
    }
    for (const auto& [node, member] : group_.members()) {
      if (member.copy || !(graph_.needed[at(node)] || node == group_.root())) continue;
      const Type& type = graph_.type(node);
      unit_.program.outputs.push_back(
          {number(values_.at(node)), type, strides_of(type, member.map, group_.space().extents.size())});
      unit_.outputs.push_back(node);
    }
    return std::move(unit_);
  }

 private:
  static constexpr int kLine = 1 << 20;  // values from here on are lines, below operands

  int write(int node) {
    const Node& source = *graph_.nodes[at(node)];
    TileLine line;
    line.dtype = source.outputs[0].type.dtype;
    switch (graph_.kinds[at(node)]) {
      case FuseKind::number:
        line.kind = TileLine::Kind::constant;
        line.number = number_of(source);
        break;
      case FuseKind::view: return value(node, 0);
      case FuseKind::reduce:
        line.source[0] = value(node, 0);
        if (combines(source)) {
          line.kind = TileLine::Kind::reduce;
          line.reduction = *source.op->traits().reduction;
        } else {
          line.instruction = Instruction::copy;
        }
        break;
      case FuseKind::map:
      case FuseKind::none:
        line.instruction = source.op->instruction();
        for (std::size_t k = 0; k < at(arity(line.instruction)); ++k) line.source[k] = value(node, k);
    }
    unit_.program.lines.push_back(line);
    return kLine + static_cast<int>(unit_.program.lines.size()) - 1;
  }

  // A number that a decomposition made is part of the program.
  int constant(const Node& number) {
    if (const auto found = numbers_.find(&number); found != numbers_.end()) return found->second;
    TileLine line;
    line.kind = TileLine::Kind::constant;
    line.dtype = number.outputs[0].type.dtype;
    line.number = number.scalar_value();
    unit_.program.lines.push_back(line);
    return numbers_[&number] = kLine + static_cast<int>(unit_.program.lines.size()) - 1;
  }

  int value(int node, std::size_t input) {
    const Edge& edge = graph_.nodes[at(node)]->inputs[input];
    if (const auto found = values_.find(graph_.position(edge)); found != values_.end()) return found->second;
    if (graph_.is_number(edge)) return constant(*edge.node);
    const Type& type = type_of(edge);
    std::vector<std::int64_t> strides =
        strides_of(type, *group_.map_of_input(node, input), group_.space().extents.size());
    for (std::size_t k = 0; k < unit_.inputs.size(); ++k) {
      const bool same = unit_.inputs[k].node == edge.node && unit_.inputs[k].out == edge.out;
      if (same && unit_.program.operands[k] == strides) return static_cast<int>(k);
    }
    unit_.inputs.push_back(edge);
    unit_.program.operands.push_back(std::move(strides));
    return static_cast<int>(unit_.inputs.size()) - 1;
  }

  const FuseGraph& graph_;
  const FuseGroup& group_;
  Unit unit_;
  std::unordered_map<int, int> values_;
  std::unordered_map<const Node*, int> numbers_;
};

class ElementwiseFuser {
 public:
  explicit ElementwiseFuser(const Graph& graph)
      : given_(graph), graph_(graph.leaves, graph.roots, graph.replaces) {}

  Graph run() {
    std::vector<FuseGroup> groups;
    std::vector<int> alone;
    for (int node = static_cast<int>(graph_.nodes.size()) - 1; node >= 0; --node) {
      if (graph_.group[at(node)] >= 0 || !graph_.needed[at(node)]) continue;
      const FuseKind kind = graph_.kinds[at(node)];
      if (kind == FuseKind::map || kind == FuseKind::reduce) {
        FuseGroup& group = groups.emplace_back(graph_, node);
        group.grow();
        mark_operands(group);
      } else {
        alone.push_back(node);
        for (const Edge& edge : graph_.nodes[at(node)]->inputs) need(edge);
      }
    }
    for (const FuseGroup& group : groups) units_.push_back(ProgramWriter(graph_, group).finish());
    for (int node : alone) {
      const auto& inputs = graph_.nodes[at(node)]->inputs;
      units_.push_back({node, std::vector<Edge>(inputs.begin(), inputs.end()), {}, {}});
    }
    build();
    Tensors roots;
    for (const Tensor& root : given_.roots) roots.push_back(made(root.node(), root.output()));
    return {given_.leaves, std::move(roots), given_.replaces};
  }

 private:
  void need(const Edge& edge) {
    if (const int from = graph_.position(edge); from >= 0) graph_.needed[at(from)] = true;
  }
  void mark_operands(const FuseGroup& group) {
    for (const auto& [node, member] : group.members()) {
      if (graph_.kinds[at(node)] == FuseKind::number) continue;
      for (const Edge& edge : graph_.nodes[at(node)]->inputs) {
        if (!group.members().contains(graph_.position(edge))) need(edge);
      }
    }
  }

  Tensor made(Node* node, int out) const {
    const auto found = made_.find(node);
    return found == made_.end() ? Tensor(node, out) : found->second[at(out)];
  }

  void build() {
    std::vector<int> unit_of(graph_.nodes.size(), -1);
    for (std::size_t u = 0; u < units_.size(); ++u) {
      unit_of[at(units_[u].node)] = static_cast<int>(u);
      for (int node : units_[u].outputs) unit_of[at(node)] = static_cast<int>(u);
    }
    std::vector<BuildUnit> order;
    for (const Unit& unit : units_) {
      BuildUnit& next = order.emplace_back(BuildUnit{unit.node, {}});
      for (const Edge& edge : unit.inputs) {
        if (const int from = graph_.position(edge); from >= 0) next.after.push_back(unit_of[at(from)]);
      }
    }
    for (int u : build_order(order, "fuse_elementwise")) make(units_[at(u)]);
  }

  void make(const Unit& unit) {
    Tensors inputs;
    for (const Edge& edge : unit.inputs) inputs.push_back(made(edge.node, edge.out));
    if (unit.outputs.empty()) {
      Node& node = *graph_.nodes[at(unit.node)];
      made_[&node] = rebuild(node, inputs);
      return;
    }
    const InScope scope(*graph_.nodes[at(unit.outputs.back())]);
    const Tensors outputs = make_node(fused_op(unit.program), inputs);
    for (std::size_t k = 0; k < outputs.size(); ++k) made_[graph_.nodes[at(unit.outputs[k])]] = {outputs[k]};
  }

  const Graph& given_;
  FuseGraph graph_;
  std::vector<Unit> units_;
  std::unordered_map<const Node*, Tensors> made_;
};

}  // namespace

Graph fuse_elementwise(const Graph& graph, const Options& options) {
  // Where plain loops would run them, the ops one by one are what fused steps are compared with.
  return has_kernel(*fused_op({}), options) ? ElementwiseFuser(graph).run() : graph;
}

}  // namespace luge::compiler
