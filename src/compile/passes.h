// The Graph → Graph passes, one file each. Patterns (compile/patterns/) run between them.
#pragma once

#include "compile/graph.h"
#include "compile/pipeline.h"

namespace luge::compiler {

Graph simplify(const Graph& graph, const Options& options);
Graph autocast(const Graph& graph, const Options& options);
Graph decompose(const Graph& graph, const Options& options);
Graph fuse_post_ops(const Graph& graph, const Options& options);
Graph fuse_elementwise(const Graph& graph, const Options& options);
Graph fuse_neighbors(const Graph& graph, const Options& options);
Graph multi_tensor_update(const Graph& graph, const Options& options);

}  // namespace luge::compiler
