#include "compile/fuse_cost.h"
#include "compile/edge.h"

#include <algorithm>

namespace luge::compiler {
namespace {

double elements_of(const Type& type) { return static_cast<double>(type.shape.elements()); }

// Is a value of fewer axes what a reduction over the others gave, after some elementwise steps?
bool comes_from_reduction(const FuseGraph& graph, int node, double reduced_elements) {
  std::vector<int> open = {node};
  for (std::size_t i = 0; i < open.size() && i < kMostCopies; ++i) {
    const FuseKind kind = graph.kinds[at(open[i])];
    if (kind != FuseKind::map && kind != FuseKind::view && kind != FuseKind::reduce) continue;
    for (const Edge& edge : graph.nodes[at(open[i])]->inputs) {
      const int from = graph.position(edge);
      const double elements = elements_of(type_of(edge));
      if (kind == FuseKind::reduce && elements == reduced_elements) return true;
      if (from >= 0 && elements == elements_of(graph.type(node))) open.push_back(from);
      if (from >= 0 && graph.kinds[at(from)] == FuseKind::reduce) open.push_back(from);
    }
  }
  return false;
}

// What a step that computes the value for itself reads in its stead.
enum class Source : std::uint8_t {
  free,     // the group has it, or it is a few numbers
  copied,   // it is cheap and computed as well
  read,     // from memory
  missing,  // another step computes it for itself and writes it nowhere
};

Source source_of(const FuseGroup& group, int reader, const Edge& edge) {
  const FuseGraph& graph = group.graph();
  const int from = graph.position(edge);
  const bool small = type_of(edge).shape.elements() <= 1;
  if (from >= 0) {
    if (group.members().contains(from) || group.reads(from)) return Source::free;
    if (!small && graph.kinds[at(from)] == FuseKind::map && is_cheap(*graph.nodes[at(from)]))
      return Source::copied;
    if (graph.group[at(from)] >= 0 && !graph.needed[at(from)]) return Source::missing;
  }
  const bool is_key = graph.nodes[at(reader)]->op->instruction() == Instruction::random_uniform;
  return small || is_key ? Source::free : Source::read;
}

bool is_computable_anywhere(const FuseGraph& graph, int node) {
  const auto& users = graph.users[at(node)];
  return !graph.is_root[at(node)] &&
         std::none_of(users.begin(), users.end(), [&](const FuseGraph::User& user) {
           return graph.kinds[at(user.node)] == FuseKind::none;
         });
}

}  // namespace

std::optional<FuseSpace> space_that_fits(const FuseGroup& group, int node, const AxisMap& map) {
  const FuseGraph& graph = group.graph();
  const FuseSpace& space = group.space();
  const AxisSet axes = axes_of(graph.type(node), map);
  if (axes == space.whole() || axes == space.kept() || axes == 0) return space;
  if (space.reduced == 0 && comes_from_reduction(graph, node, space.elements()))
    return FuseSpace{space.extents, space.whole() & ~axes};
  const bool repeated = is_cheap(*graph.nodes[at(node)]) || graph.kinds[at(node)] == FuseKind::view;
  return repeated ? std::optional(space) : std::nullopt;
}

std::optional<std::set<int>> copies_for(const FuseGroup& group, int node) {
  const FuseGraph& graph = group.graph();
  std::set<int> copies;
  std::vector<int> open = {node};
  std::size_t read = 0;
  while (!open.empty()) {
    const int next = open.back();
    open.pop_back();
    if (!copies.insert(next).second) continue;
    if (copies.size() > kMostCopies || !is_computable_anywhere(graph, next)) return std::nullopt;
    for (const Edge& edge : graph.nodes[at(next)]->inputs) {
      switch (source_of(group, next, edge)) {
        case Source::free: break;
        case Source::copied: open.push_back(graph.position(edge)); break;
        case Source::read: read += bytes_of(type_of(edge)); break;
        case Source::missing: return std::nullopt;
      }
    }
  }
  return read > bytes_of(graph.type(node)) ? std::nullopt : std::optional(std::move(copies));
}

}  // namespace luge::compiler
