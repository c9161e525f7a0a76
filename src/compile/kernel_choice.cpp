#include "compile/kernel_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/control/control.h"
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

bool has_kernel(const AnyOp& op, const Options& options) {
  for (const Backend* backend = options.backend; backend; backend = backend->fallback()) {
    const auto candidates = backend->candidates(op.name());
    if (!candidates.empty() && candidates[0]->name() != "reference") return true;
  }
  return false;
}

double reorder_cost(std::size_t bytes) { return 1e-6 + 2.0 * static_cast<double>(bytes) / 8e9; }

namespace {

Choice ask(const Question& question, std::span<const LayoutId> layouts, const Backend& backend,
           const Options& options) {
  const KernelRequest request{*question.op,      question.in,   question.out, layouts,
                              question.out_used, question.post, options.math, options.threads};
  const auto reorders = [&](const Offer& offer) {
    double cost = 0;
    for (std::size_t k = 0; k < layouts.size(); ++k) {
      const LayoutId wanted = k < offer.in_layouts.size() ? offer.in_layouts[k] : public_layout;
      if (layouts[k] == any_layout || wanted == any_layout || wanted == layouts[k]) continue;
      cost += reorder_cost(backend.bytes(wanted, question.in[k]));
    }
    return cost;
  };
  Choice best;
  best.offer = refuse("no candidate");
  double best_total = 0;
  for (const Kernel* kernel : backend.candidates(question.op->name())) {
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

Choice choose(const Question& question, std::span<const LayoutId> layouts, const Backend& backend,
              const Options& options) {
  Choice choice = ask(question, layouts, backend, options);
  if (choice.offer.accepted()) return choice;
  const auto fixed = [](LayoutId layout) { return layout != public_layout && layout != any_layout; };
  if (std::none_of(layouts.begin(), layouts.end(), fixed)) return choice;
  // What cannot take the present layouts may take others: the compiler converts.
  const std::vector<LayoutId> free(layouts.size(), any_layout);
  Choice converted = ask(question, free, backend, options);
  return converted.offer.accepted() ? converted : choice;
}

Choice choose(const Question& question, const Options& options) {
  const std::vector<LayoutId> free(question.in.size(), any_layout);
  Choice choice = ask(question, free, *options.backend, options);
  const Backend* fallback = options.backend->fallback();
  return choice.offer.accepted() || !fallback ? choice : ask(question, free, *fallback, options);
}

Tensors if_accepted(Tensors made, std::vector<bool> out_used, const Options& options) {
  const Question question = question_of(*made[0].node(), std::move(out_used));
  return choose(question, options).offer.accepted() ? std::move(made) : Tensors();
}

namespace {

Choice choose_with_more_outputs(Question& question, std::span<const LayoutId> layouts, const Backend& backend,
                                const Options& options) {
  Choice choice = choose(question, layouts, backend, options);
  const bool wants_all = std::count(question.out_used.begin(), question.out_used.end(), false) == 0;
  if (choice.offer.accepted() || wants_all) return choice;
  Question whole = question;
  whole.out_used.assign(question.out_used.size(), true);
  Choice more = choose(whole, layouts, backend, options);
  if (!more.offer.accepted()) return choice;
  question.out_used = std::move(whole.out_used);
  return more;
}

void take_reference(const Question& question, StepChoice& step, const Options& options) {
  Choice& choice = step.choice;
  const KernelRequest request{*question.op,      question.in,   question.out, step.layouts,
                              question.out_used, question.post, options.math, options.threads};
  const Kernel& reference = *reference_backend().candidates(question.op->name()).back();
  choice.offer = reference.offer(request);
  choice.kernel = reference.name();
  if (choice.offer.accepted()) return;
  choice.refusals.push_back(fmt::format("{}: {}", choice.kernel, choice.offer.refusal));
  throw GraphError(fmt::format("{}: backend '{}' has no kernel that takes it ({})", question.op->name(),
                               options.backend->name(), fmt::join(choice.refusals, "; ")));
}

}  // namespace

StepChoice choose_step(Question question, const std::function<std::vector<LayoutId>(bool)>& layouts,
                       const Options& options) {
  StepChoice step;
  if (auto control = choose_control(question, options)) {
    step.on_host = options.backend->fallback() != nullptr;
    step.layouts = layouts(step.on_host);
    step.choice = *std::move(control);
    step.out_used = std::move(question.out_used);
    return step;
  }
  std::vector<std::string> refusals;
  for (const Backend* backend = options.backend; backend; backend = backend->fallback()) {
    step.on_host = backend != options.backend;
    step.layouts = layouts(step.on_host);
    step.choice = choose_with_more_outputs(question, step.layouts, *backend, options);
    step.choice.refusals.insert(step.choice.refusals.begin(), refusals.begin(), refusals.end());
    if (step.choice.offer.accepted()) break;
    refusals = step.choice.refusals;
  }
  if (!step.choice.offer.accepted()) take_reference(question, step, options);
  step.out_used = std::move(question.out_used);
  return step;
}

}  // namespace luge::compiler
