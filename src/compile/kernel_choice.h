// What the backend's candidates answer for one node.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "compile/pipeline.h"
#include "graph/node.h"

namespace luge::compiler {

/// The part of a request that comes from the node; it owns what the request points to.
struct Question {
  const AnyOp* op;
  std::vector<Type> in, out;
  std::vector<PostOp> post;
  std::vector<bool> out_used;
};
Question question_of(const Node& node, std::vector<bool> out_used);

struct Choice {
  Offer offer;
  std::string_view kernel;
  std::vector<std::string> refusals;  // "kernel: reason", of the candidates before it
};

/// The accepted candidate that is cheapest together with the reorders it asks for; the earlier one when they
/// tie or state no cost. Not accepted: no candidate of the backend takes it.
Choice choose(const Question& question, std::span<const LayoutId> layouts, const Options& options);
/// The same where every input may come in the layout that the candidate likes best.
Choice choose(const Question& question, const Options& options);

/// Does the backend have a kernel for ops like this one, whatever their attributes, beside the reference
/// loop?
bool has_kernel(const AnyOp& op, const Options& options);

/// Estimated seconds of a reorder.
double reorder_cost(std::size_t bytes);

}  // namespace luge::compiler
