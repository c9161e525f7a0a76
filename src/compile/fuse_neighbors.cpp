// Two fused steps over one space that run directly one after the other become one step, if the second reads
// what the first reads or gives: memory is walked once, and what both compute is computed once. A value and
// its slope, kept for the backward pass, are such a pair.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "compile/build_order.h"
#include "compile/edge.h"
#include "compile/kernel_choice.h"
#include "compile/lower.h"
#include "compile/passes.h"
#include "ops/attributes/fused.h"

namespace luge::compiler {
namespace {

constexpr std::size_t kMostLines = 64, kMostOperands = 20, kMostOutputs = 8;
constexpr std::size_t kLeastPart = 4;  // of the smaller step's bytes, so much must be saved to join it

// Constants 0 and -0 are equal, but not the same.
bool same_line(const TileLine& a, const TileLine& b) {
  return a == b && std::signbit(a.number) == std::signbit(b.number);
}

/// A tile program, and what its operands and outputs are in the graph.
struct Piece {
  TileProgram program;
  std::vector<Edge> inputs, outputs;

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto* list : {&inputs, &outputs}) {
      for (const Edge& edge : *list) sum += bytes_of(type_of(edge));
    }
    return sum;
  }
};

/// The programs of two pieces as one, the second after the first.
class PiecePair {
 public:
  PiecePair(const Piece& first, const Piece& second) : first_(first), second_(second), whole_(first) {
    whole_.program.reduced |= second.program.reduced;
    for (std::size_t k = 0; k < second.inputs.size(); ++k) operand(k);
    lines();
    for (std::size_t k = 0; k < second.outputs.size(); ++k) {
      whole_.program.outputs.push_back(second.program.outputs[k]);
      whole_.program.outputs.back().value = value_of(second.program.outputs[k].value);
      whole_.outputs.push_back(second.outputs[k]);
    }
  }

  /// False where the second reads what the first gives at other positions than it is computed at.
  bool possible() const { return possible_; }
  /// Bytes that need not be read once more.
  std::size_t saved() const { return saved_; }
  Piece take() { return std::move(whole_); }

 private:
  static constexpr int kLine = 1 << 20;  // lines are numbered from here until all operands are known

  void operand(std::size_t k) {
    const Edge& edge = second_.inputs[k];
    const std::vector<std::int64_t>& strides = second_.program.operands[k];
    for (std::size_t o = 0; o < first_.outputs.size(); ++o) {
      if (!same(edge, first_.outputs[o])) continue;
      possible_ = possible_ && strides == first_.program.outputs[o].strides;
      saved_ += bytes_of(type_of(edge));
      const int value = first_.program.outputs[o].value, inputs = static_cast<int>(first_.inputs.size());
      operands_.push_back(value < inputs ? value : kLine + value - inputs);
      return;
    }
    for (std::size_t i = 0; i < first_.inputs.size(); ++i) {
      if (!same(edge, first_.inputs[i]) || strides != first_.program.operands[i]) continue;
      saved_ += bytes_of(type_of(edge));
      operands_.push_back(static_cast<int>(i));
      return;
    }
    operands_.push_back(static_cast<int>(whole_.inputs.size()));
    whole_.inputs.push_back(edge);
    whole_.program.operands.push_back(strides);
  }

  // Every line once, however often the two write it.
  void lines() {
    std::vector<TileLine>& lines = whole_.program.lines;
    const int before = static_cast<int>(first_.inputs.size()), now = static_cast<int>(whole_.inputs.size());
    for (TileLine& line : lines) {
      for (int& source : line.source) source += source >= before ? now - before : 0;
    }
    for (TileOutput& output : whole_.program.outputs)
      output.value += output.value >= before ? now - before : 0;
    for (TileLine line : second_.program.lines) {
      for (int& source : line.source) source = source < 0 ? source : value_of(source);
      const auto known = std::find_if(lines.begin(), lines.end(),
                                      [&](const TileLine& other) { return same_line(line, other); });
      positions_.push_back(now + static_cast<int>(known - lines.begin()));
      if (known == lines.end()) lines.push_back(line);
    }
  }

  int value_of(int value) const {
    const int inputs = static_cast<int>(second_.inputs.size());
    if (value >= inputs) return positions_[at(value - inputs)];
    const int operand = operands_[at(value)];
    return operand < kLine ? operand : operand - kLine + static_cast<int>(whole_.inputs.size());
  }

  const Piece &first_, &second_;
  Piece whole_;
  std::vector<int> operands_;   // of the second: where they are found
  std::vector<int> positions_;  // of the second's lines
  bool possible_ = true;
  std::size_t saved_ = 0;
};

class NeighborFuser {
 public:
  explicit NeighborFuser(const Graph& graph) : given_(graph) {
    for (Node* node : topological(graph.roots)) {
      if (node->leaf != Leaf::none) continue;
      positions_[node] = static_cast<int>(positions_.size());
      for (const Edge& edge : node->inputs) readers_[edge.node].push_back(node);
    }
  }

  Graph run() {
    collect();
    if (units_.size() == positions_.size()) return given_;
    for (std::size_t u = 0; u < units_.size(); ++u) {
      for (Node* node : units_[u].nodes) unit_of_[node] = static_cast<int>(u);
    }
    std::vector<BuildUnit> order;
    for (const Unit& unit : units_) {
      BuildUnit& next = order.emplace_back();
      for (Node* node : unit.nodes) next.position = std::max(next.position, positions_.at(node));
      for (const Edge& edge : inputs_of(unit)) {
        if (const auto from = unit_of_.find(edge.node); from != unit_of_.end())
          next.after.push_back(from->second);
      }
    }
    for (int u : build_order(order, "fuse_neighbors")) build(units_[at(u)]);
    Tensors roots;
    for (const Tensor& root : given_.roots) roots.push_back(made({root.node(), root.output()}));
    return {given_.leaves, std::move(roots), given_.replaces};
  }

 private:
  // Nodes that become one step; the piece when they are fused ones.
  struct Unit {
    std::vector<Node*> nodes;
    std::optional<Piece> piece;
  };

  static std::optional<Piece> piece_of(Node& node) {
    const auto* attributes = node.op->attributes<FusedAttributes>();
    if (!attributes) return std::nullopt;
    Piece piece{tile_program(*attributes), {node.inputs.begin(), node.inputs.end()}, {}};
    for (std::size_t k = 0; k < node.outputs.size(); ++k)
      piece.outputs.push_back({&node, static_cast<int>(k)});
    return piece;
  }

  static std::vector<Edge> inputs_of(const Unit& unit) {
    if (unit.piece) return unit.piece->inputs;
    return {unit.nodes[0]->inputs.begin(), unit.nodes[0]->inputs.end()};
  }

  // Whatever runs between two steps stays between them: only neighbors are asked.
  void collect() {
    for (Node* node : schedule(given_)) {
      std::optional<Piece> piece = piece_of(*node);
      if (piece && !units_.empty() && units_.back().piece) {
        Unit& before = units_.back();
        if (before.nodes[0]->barrier == node->barrier) {
          if (std::optional<Piece> whole = together(before.piece.value(), *piece)) {
            before.nodes.push_back(node);
            before.piece = drop_unread(std::move(*whole), before.nodes);
            continue;
          }
        }
      }
      units_.push_back({{node}, std::move(piece)});
    }
  }

  static std::optional<Piece> together(const Piece& first, const Piece& second) {
    const TileProgram &a = first.program, &b = second.program;
    if (a.extents != b.extents || (a.reduced != b.reduced && a.reduced != 0 && b.reduced != 0))
      return std::nullopt;
    PiecePair pair(first, second);
    if (!pair.possible() || pair.saved() * kLeastPart < std::min(first.bytes(), second.bytes()))
      return std::nullopt;
    Piece whole = pair.take();
    const bool fits = whole.program.lines.size() <= kMostLines && whole.inputs.size() <= kMostOperands &&
                      whole.outputs.size() <= kMostOutputs;
    return fits ? std::optional(std::move(whole)) : std::nullopt;
  }

  // What only the members of the step read is not written any more.
  Piece drop_unread(Piece piece, const std::vector<Node*>& members) const {
    Piece kept{std::move(piece.program), std::move(piece.inputs), {}};
    const std::vector<TileOutput> outputs = std::exchange(kept.program.outputs, {});
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (!read_outside(piece.outputs[k], members)) continue;
      kept.program.outputs.push_back(outputs[k]);
      kept.outputs.push_back(piece.outputs[k]);
    }
    return kept;
  }
  bool read_outside(const Edge& output, const std::vector<Node*>& members) const {
    const auto reads = [&](const Node* reader) {
      if (std::find(members.begin(), members.end(), reader) != members.end()) return false;
      return std::any_of(reader->inputs.begin(), reader->inputs.end(),
                         [&](const Edge& edge) { return same(edge, output); });
    };
    const auto found = readers_.find(output.node);
    const bool root = std::any_of(given_.roots.begin(), given_.roots.end(), [&](const Tensor& tensor) {
      return same({tensor.node(), tensor.output()}, output);
    });
    return root ||
           (found != readers_.end() && std::any_of(found->second.begin(), found->second.end(), reads));
  }

  Tensor made(const Edge& edge) const {
    const auto found = made_.find(edge.node);
    return found == made_.end() ? Tensor(edge.node, edge.out) : found->second[at(edge.out)];
  }

  void build(const Unit& unit) {
    Tensors inputs;
    for (const Edge& edge : inputs_of(unit)) inputs.push_back(made(edge));
    if (unit.nodes.size() == 1) {
      made_[unit.nodes[0]] = rebuild(*unit.nodes[0], inputs);
      return;
    }
    const Tensors outputs = replace(*unit.nodes[0], fused_op(unit.piece->program), inputs);
    for (Node* node : unit.nodes) made_[node].resize(node->outputs.size());
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const Edge& output = unit.piece->outputs[k];
      made_[output.node][at(output.out)] = outputs[k];
    }
  }

  const Graph& given_;
  std::unordered_map<const Node*, int> positions_;
  std::unordered_map<const Node*, std::vector<Node*>> readers_;
  std::vector<Unit> units_;
  std::unordered_map<const Node*, int> unit_of_;
  std::unordered_map<const Node*, Tensors> made_;
};

}  // namespace

Graph fuse_neighbors(const Graph& graph, const Options& options) {
  return has_kernel(*fused_op({}), options) ? NeighborFuser(graph).run() : graph;
}

}  // namespace luge::compiler
