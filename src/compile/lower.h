// Graph → Program: order the nodes, choose kernels and layouts together, then give every value an offset.
#pragma once

#include <memory>
#include <vector>

#include "compile/graph.h"
#include "compile/pipeline.h"
#include "compile/select.h"
#include "runtime/program.h"

namespace luge::compiler {

/// The op nodes in the order they will run: each after its inputs, kept so that little is alive at once;
/// whatever overwrites state waits for those that still read it and for the steps that can fail.
std::vector<Node*> schedule(const Graph& graph);

/// A program whose values have no offset yet: steps with their kernels and offers, reorders between layouts.
struct Draft {
  std::shared_ptr<Program> program;
  std::vector<std::vector<InPlace>> in_place;  // per step: what the kernel offers
};
/// The steps of the nodes in their order, each with the kernel selected for it, and the reorders between
/// kernels of different layouts.
Draft emit(const Graph& graph, const std::vector<Node*>& order, const Selection& selection,
           const Options& options);

/// Lifetimes, shared memory, offsets, the commit point and which roots may overwrite their leaf.
void plan_memory(Draft& draft);

std::shared_ptr<const Program> lower(const Graph& graph, const Options& options);

}  // namespace luge::compiler
