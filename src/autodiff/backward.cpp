#include "autodiff/backward.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "graph/body.h"
#include "graph/expand.h"
#include "graph/node.h"
#include "graph/node_map.h"
#include "graph/scopes.h"
#include "luge/ops/math.h"

namespace luge::autodiff {
namespace {

class Walk {
 public:
  Walk(std::span<const Tensor> roots, std::span<const Tensor> targets, bool bounded) : bounded_(bounded) {
    for (const Tensor& target : targets) {
      targets_.insert(target.node(), 0);
      plain_target_ |= !target.node()->requires_grad;
    }
    const auto stop = [&](const Node* node) {
      return node->leaf != Leaf::none || (bounded && is_target(node));
    };
    nodes_ = topological(roots, stop);
    for (std::size_t i = 0; i < nodes_.size(); ++i) index_.insert(nodes_[i], static_cast<int>(i));
    adjoints_.resize(nodes_.size());
    find_active();
  }

  BackwardResult run(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                     std::span<const Tensor> targets) {
    for (std::size_t r = 0; r < roots.size(); ++r) {
      if (seeds[r].defined()) accumulate(roots[r].node(), roots[r].output(), seeds[r]);
    }
    for (std::size_t i = nodes_.size(); i-- > 0;) visit(i);
    BackwardResult result;
    result.met_cut = met_cut_;
    for (const Tensor& target : targets) {
      const int at = index_.find(target.node());
      result.gradients.push_back(at < 0 ? Tensor() : adjoint(static_cast<std::size_t>(at), target.output()));
    }
    return result;
  }

 private:
  bool is_target(const Node* node) const { return targets_.find(node) >= 0; }
  std::size_t index(const Node* node) const { return static_cast<std::size_t>(index_.find(node)); }

  // Active: a gradient arriving here is worth following, because a target is upstream, or might have been (a
  // cut node).
  void find_active() {
    active_.assign(nodes_.size(), false);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const Node& node = *nodes_[i];
      bool active = is_target(&node);
      if (node.leaf == Leaf::none && node.cut) {
        met_cut_ |= node.requires_grad || plain_target_;
        active |= node.requires_grad;
      }
      if (node.leaf == Leaf::none && !(bounded_ && active)) {
        for (std::size_t k = 0; k < node.inputs.size() && !active; ++k) {
          active = !node.op->traits().is_type_only(k) && active_[index(node.inputs[k].node)];
        }
      }
      active_[i] = active;
    }
  }

  Tensor adjoint(std::size_t i, int out) const {
    const auto k = static_cast<std::size_t>(out);
    return k < adjoints_[i].size() ? adjoints_[i][k] : Tensor();
  }

  void accumulate(Node* node, int out, const Tensor& gradient) {
    Tensors& held = adjoints_[index(node)];
    if (held.empty()) held.resize(node->outputs.size());
    Tensor& sum = held[static_cast<std::size_t>(out)];
    sum = sum.defined() ? sum + gradient : gradient;
  }

  void visit(std::size_t i) {
    Node& node = *nodes_[i];
    const bool target = is_target(&node);
    if (!active_[i] || adjoints_[i].empty() || node.leaf != Leaf::none || (bounded_ && target)) return;
    if (node.cut) {
      if (target) return;
      throw GraphError(fmt::format(
          "the gradient would have to cross {} (shape {}), whose graph was released when it was evaluated or "
          "stepped over; "
          "compute grad before reading or stepping, or put stop_gradient where the history should end",
          node.op->name(), node.outputs[0].type.shape.to_string()));
    }
    Tensors in, out;
    std::vector<bool> needs;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      in.push_back(input_of(node, k));
      needs.push_back(!node.op->traits().is_type_only(k) && active_[index(node.inputs[k].node)] &&
                      is_floating(in.back().dtype()));
    }
    if (std::find(needs.begin(), needs.end(), true) == needs.end()) return;  // only labels are upstream
    for (std::size_t k = 0; k < node.outputs.size(); ++k) out.push_back(output_of(node, k));
    const InScope scope = InScope::backward_of(node);
    const Tensors gradients = differentiate(node, {in, out, adjoints_[i], needs});
    if (!target) adjoints_[i].clear();
    for (std::size_t k = 0; k < in.size(); ++k) {
      if (!needs[k] || k >= gradients.size() || !gradients[k].defined()) continue;
      check(node, k, in[k], gradients[k]);
      accumulate(node.inputs[k].node, node.inputs[k].out, gradients[k]);
    }
  }

  static Tensors differentiate(const Node& node, const GradientCall& call) {
    const AnyOp& op = *node.op;
    bool through_residual = false;
    for (std::size_t k = 0; k < call.g.size(); ++k) {
      through_residual |= call.g[k].defined() && static_cast<int>(k) >= op.traits().residuals_from;
    }
    if (op.has_gradient() && !through_residual) return op.gradient(call);
    if (!op.decomposes()) {
      throw GraphError(fmt::format(
          "{} has no gradient: {}", op.name(),
          through_residual ? "one of its residual outputs received a gradient" : op.no_gradient_reason()));
    }
    // Each input gets a node of its own, so that one tensor used twice is two targets.
    Tensors inputs;
    for (const Tensor& each : call.in) inputs.push_back(identity(each));
    const Tensors parts = expand(op, inputs);
    return backward(parts, std::span(call.g).first(parts.size()), inputs, true).gradients;
  }

  static void check(const Node& node, std::size_t k, const Tensor& input, const Tensor& gradient) {
    bool fits = input.dtype() == gradient.dtype() && input.rank() == gradient.rank();
    for (int axis = 0; fits && axis < input.rank(); ++axis) {
      const std::int64_t a = input.shape()[axis], b = gradient.shape()[axis];
      fits = a == b || a == unknown || b == unknown;
    }
    if (!fits) {
      throw GraphError(fmt::format("{}: the gradient of input {} has type {}, the input {}", node.op->name(),
                                   k, Type{gradient.dtype(), gradient.shape()}.to_string(),
                                   Type{input.dtype(), input.shape()}.to_string()));
    }
  }

  bool bounded_;
  bool met_cut_ = false;       // a target may have been upstream of a node that was cut
  bool plain_target_ = false;  // one that the nodes upstream do not record
  std::vector<Node*> nodes_;
  NodeMap targets_{32};
  NodeMap index_{256};
  std::vector<bool> active_;
  std::vector<Tensors> adjoints_;
};

}  // namespace

namespace {

// Control flow differentiates the functions that it runs.
[[maybe_unused]] const bool known_to_bodies = [] {
  set_backward([](std::span<const Tensor> roots, std::span<const Tensor> seeds,
                  std::span<const Tensor> leaves) { return backward(roots, seeds, leaves, true).gradients; });
  return true;
}();

}  // namespace

BackwardResult backward(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                        std::span<const Tensor> targets, bool bounded) {
  const std::lock_guard lock(engine_mutex());
  const Building building;
  return Walk(roots, targets, bounded).run(roots, seeds, targets);
}

}  // namespace luge::autodiff
