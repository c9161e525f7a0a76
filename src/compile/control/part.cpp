#include "compile/control/part.h"

#include <fmt/format.h>

#include <exception>
#include <type_traits>

#include "compile/edge.h"

namespace luge::compiler {
namespace {

// What changes from trip to trip is public. The rest is like the value of a Variable: it may come in any
// layout, and what depends on it alone is computed apart.
Tensor leaf_for(const Type& type, bool fixed) {
  return fixed ? read_leaf(nullptr, type, false, Tensor()) : argument_leaf(type, "input", false);
}

Graph graph_of(const Body& body, std::span<const Type> in, const Part::Wanted& wanted) {
  Graph graph;
  for (std::size_t k = 0; k < in.size(); ++k) graph.leaves.push_back(leaf_for(in[k], k >= wanted.fixed_from));
  const Tensors outputs = replay(body, graph.leaves);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (!wanted.outputs[k]) continue;
    graph.roots.push_back(outputs[k]);
    graph.replaces.push_back(-1);
  }
  // Inputs that are used for their type alone become types.
  return rewrite(graph, [](Node& node, const Tensors& inputs) { return rebuild(node, inputs); });
}

const ProgramValue& value_of(const Program& program, int value) {
  return program.values[static_cast<std::size_t>(value)];
}

// The errors that a running program throws.
template <class... Kinds>
[[noreturn]] void rethrow_as(const std::string& where) {
  const std::exception_ptr present = std::current_exception();
  const auto attempt = [&]<class Kind>(std::type_identity<Kind>) {
    try {
      std::rethrow_exception(present);
    } catch (const Kind& error) {
      if (typeid(error) == typeid(Kind)) throw Kind(where + error.what());
    } catch (...) {  // another kind
    }
  };
  (attempt(std::type_identity<Kinds>()), ...);
  std::rethrow_exception(present);
}

}  // namespace

Part::Part(const Body& body, std::span<const Type> in, const Wanted& wanted, const Options& outer,
           Scratch& scratch) {
  const Building building;
  Options options = outer;
  if (const Backend* host = outer.backend->fallback()) options.backend = host;
  options.memory = 0;
  options.root_layouts.clear();
  program_ = compile(graph_of(body, in, wanted), options);
  program_->prepare();
  conversions_ = conversions_of(*program_, scratch);
  prepare_fixed(scratch);
  arena_ = scratch.take(std::max(program_->arena_bytes,
                                 program_->prepack.program ? program_->prepack.program->arena_bytes : 0));
}

// The leaves that the program wants in a layout of its own. What it adds comes in the right one.
std::vector<Part::Conversion> Part::conversions_of(const Program& program, Scratch& scratch) const {
  std::vector<Conversion> list;
  const std::size_t added = program.prepack.program ? program.prepack.program->roots.size() : 0;
  for (std::size_t k = 0; k + added < program.inputs.size(); ++k) {
    if (program.inputs[k] < 0) continue;
    const ProgramValue& value = value_of(program, program.inputs[k]);
    if (value.layout == public_layout) continue;
    list.push_back({k, program.backend->reorder(public_layout, value.layout, value.type),
                    scratch.take_cell(value.bytes)});
  }
  return list;
}

void Part::prepare_fixed(Scratch& scratch) {
  const Program* fixed = program_->prepack.program.get();
  if (!fixed) return;
  fixed->prepare();
  fixed_conversions_ = conversions_of(*fixed, scratch);
  const std::size_t first = program_->inputs.size() - fixed->roots.size();
  for (std::size_t r = 0; r < fixed->roots.size(); ++r) {
    const ProgramValue& made = value_of(*fixed, fixed->roots[r]);
    fixed_cells_.push_back(scratch.take_cell(made.bytes));
    const int read = program_->inputs[first + r];
    if (read < 0 || value_of(*program_, read).layout == made.layout) continue;
    const ProgramValue& wanted = value_of(*program_, read);
    conversions_.push_back({first + r, program_->backend->reorder(made.layout, wanted.layout, wanted.type),
                            scratch.take_cell(wanted.bytes)});
  }
  fixed_leaves_.resize(fixed->inputs.size());
  fixed_results_.resize(fixed->roots.size());
}

void Part::Conversion::run(std::vector<void*>& leaves, std::byte* scratch) const {
  void* const in[] = {leaves[leaf]};
  void* const out[] = {scratch + cell};
  Status status;
  kernel->run({in, out, nullptr, &status, {}});
  leaves[leaf] = scratch + cell;
}

void Part::begin(std::vector<void*>& leaves, std::byte* scratch) const {
  if (const Program* fixed = program_->prepack.program.get()) {
    for (std::size_t k = 0; k < fixed_leaves_.size(); ++k)
      fixed_leaves_[k] = leaves[static_cast<std::size_t>(program_->prepack.leaves[k])];
    for (const Conversion& conversion : fixed_conversions_) conversion.run(fixed_leaves_, scratch);
    for (std::size_t r = 0; r < fixed_results_.size(); ++r) fixed_results_[r] = scratch + fixed_cells_[r];
    fixed->run_part(fixed_leaves_, fixed_results_, scratch + arena_);
    std::copy(fixed_results_.begin(), fixed_results_.end(),
              leaves.end() - static_cast<std::ptrdiff_t>(fixed_results_.size()));
  }
  for (const Conversion& conversion : conversions_) conversion.run(leaves, scratch);
}

void rethrow_named(std::string_view op, std::string_view where, std::int64_t trip) {
  std::string text(op);
  if (!where.empty()) text += fmt::format(", {}", where);
  if (trip >= 0) text += fmt::format(", trip {}", trip);
  rethrow_as<IndexError, NonFiniteError, ValueError, ShapeError, DTypeError, GraphError, StateError,
             MemoryError>(text + ": ");
}

}  // namespace luge::compiler
