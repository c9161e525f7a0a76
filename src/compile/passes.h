// The Graph → Graph passes, one file each.
#pragma once

#include "compile/graph.h"
#include "compile/pipeline.h"

namespace luge::compiler {

Graph simplify(const Graph& graph, const Options& options);
Graph norm_relu(const Graph& graph, const Options& options);
Graph fold_norm(const Graph& graph, const Options& options);
Graph autocast(const Graph& graph, const Options& options);
Graph fold_leaky(const Graph& graph, const Options& options);
Graph decompose(const Graph& graph, const Options& options);
Graph mask_early(const Graph& graph, const Options& options);
Graph pool_conv(const Graph& graph, const Options& options);
Graph fold(const Graph& graph, const Options& options);
Graph fuse(const Graph& graph, const Options& options);
Graph join(const Graph& graph, const Options& options);
Graph merge(const Graph& graph, const Options& options);

}  // namespace luge::compiler
