#include "compile/kernel_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/post_ops.h"

namespace luge::compiler {

Question question_of(const Node& node, std::vector<bool> out_used) {
  Question question{node.op.get(), {}, {}, {}, std::move(out_used)};
  if (const auto* op = dynamic_cast<const OpWithPostOps*>(node.op.get())) {
    question.op = &op->inner();
    question.post = op->post();
  }
  for (const Type& type : input_types(node)) question.in.push_back(type);
  for (const Output& output : node.outputs) question.out.push_back(output.type);
  return question;
}

Choice choose(const Question& question, const Options& options) {
  const std::vector<LayoutId> layouts(question.in.size(), any_layout);
  return choose(question, layouts, options);
}

bool has_kernel(const AnyOp& op, const Options& options) {
  const auto candidates = options.backend->candidates(op.name());
  return !candidates.empty() && candidates[0]->name() != "reference";
}

double reorder_cost(std::size_t bytes) { return 1e-6 + 2.0 * static_cast<double>(bytes) / 8e9; }

namespace {

Choice ask(const Question& question, std::span<const LayoutId> layouts, const Options& options) {
  const KernelRequest request{*question.op,      question.in,   question.out, layouts,
                              question.out_used, question.post, options.math, options.threads};
  const auto reorders = [&](const Offer& offer) {
    double cost = 0;
    for (std::size_t k = 0; k < layouts.size(); ++k) {
      const LayoutId wanted = k < offer.in_layouts.size() ? offer.in_layouts[k] : public_layout;
      if (layouts[k] == any_layout || wanted == any_layout || wanted == layouts[k]) continue;
      cost += reorder_cost(options.backend->bytes(wanted, question.in[k]));
    }
    return cost;
  };
  Choice best;
  best.offer = refuse("no candidate");
  double best_total = 0;
  for (const Kernel* kernel : options.backend->candidates(question.op->name())) {
    Offer offer = kernel->offer(request);
    if (!offer.accepted()) {
      best.refusals.push_back(fmt::format("{}: {}", kernel->name(), offer.refusal));
      continue;
    }
    const double total = offer.cost + reorders(offer);
    const bool comparable = best.offer.accepted() && best.offer.cost > 0 && offer.cost > 0;
    if (!best.offer.accepted() || (comparable && total < best_total)) {
      if (best.offer.accepted()) best.refusals.push_back(fmt::format("{}: costs more", best.kernel));
      best.offer = std::move(offer);
      best.kernel = kernel->name();
      best_total = total;
    } else {
      best.refusals.push_back(fmt::format("{}: costs more than {}", kernel->name(), best.kernel));
    }
  }
  return best;
}

}  // namespace

Choice choose(const Question& question, std::span<const LayoutId> layouts, const Options& options) {
  Choice choice = ask(question, layouts, options);
  if (choice.offer.accepted()) return choice;
  const auto fixed = [](LayoutId layout) { return layout != public_layout && layout != any_layout; };
  if (std::none_of(layouts.begin(), layouts.end(), fixed)) return choice;
  // What cannot take the layouts at hand may take others: the compiler converts.
  const std::vector<LayoutId> free(layouts.size(), any_layout);
  Choice converted = ask(question, free, options);
  return converted.offer.accepted() ? converted : choice;
}

}  // namespace luge::compiler
