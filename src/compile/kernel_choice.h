// What the backend's candidates answer for one node.
#pragma once

#include <functional>
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
  std::vector<std::pair<std::string, std::shared_ptr<const Program>>> parts;  // what the kernel runs in turn
};

/// The accepted candidate of a backend that is cheapest together with the reorders it asks for; the earlier
/// one when they tie or state no cost. Not accepted: no candidate of the backend takes it.
Choice choose(const Question& question, std::span<const LayoutId> layouts, const Backend& backend,
              const Options& options);
/// What the device answers, or when it has no kernel its fallback, where every input may come in the layout
/// that the candidate likes best.
Choice choose(const Question& question, const Options& options);

/// The outputs of a new node, or none when no kernel of the device or its fallback takes it with these
/// outputs read.
Tensors if_accepted(Tensors made, std::vector<bool> out_used, const Options& options);

/// What a step runs.
struct StepChoice {
  Choice choice;
  std::vector<bool> out_used;     // what the kernel gives: all that is read, or more
  std::vector<LayoutId> layouts;  // in which the inputs were when it was asked
  bool on_host = false;           // the kernel of a fallback
};
/// The device's kernels come first, then those of its fallback, then the reference loops of the host.
/// `layouts` tells in which layouts the inputs are for the device or for the host. A kernel that gives an
/// output only together with one that nothing reads gets memory for both. Throws GraphError with all refusals
/// when nothing takes the op.
StepChoice choose_step(Question question, const std::function<std::vector<LayoutId>(bool on_host)>& layouts,
                       const Options& options);

/// Does the backend or its fallback have a kernel for ops like this one, whatever their attributes, next to
/// the reference loop?
bool has_kernel(const AnyOp& op, const Options& options);

/// Estimated seconds of a reorder.
double reorder_cost(std::size_t bytes);

}  // namespace luge::compiler
