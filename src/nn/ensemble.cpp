// ensemble: several networks that answer together.
#include "luge/nn/ensemble.h"

#include <fmt/format.h>

#include <cmath>

#include "luge/error.h"
#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::nn {
namespace {

void check_alike(const Tensors& outputs) {
  if (outputs.empty()) throw ValueError("mean_answer: there are no outputs");
  for (const Tensor& each : outputs) {
    if (each.dtype() != outputs[0].dtype()) {
      throw DTypeError(fmt::format("mean_answer: the outputs are {} and {}; expected one dtype",
                                   name(outputs[0].dtype()), name(each.dtype())));
    }
    if (each.shape() == outputs[0].shape()) continue;
    throw ShapeError(fmt::format("mean_answer: the outputs are {} and {}; expected one shape",
                                 outputs[0].shape().to_string(), each.shape().to_string()));
  }
}

template <class Function>
Tensor stacked(const Tensors& outputs, Function function) {
  Tensors changed;
  for (const Tensor& each : outputs) changed.push_back(function(each));
  return stack(changed);
}

// The logarithm of the mean of numbers whose logarithms are along axis 0.
Tensor log_mean(const Tensor& logarithms) {
  return logsumexp(logarithms, {0}) - std::log(static_cast<double>(logarithms.extent(0)));
}

std::string member_name(std::size_t k) { return fmt::format("member-{}", k + 1); }

}  // namespace

Tensor mean_answer(const Tensors& outputs, OutputKind kind) {
  check_alike(outputs);
  switch (kind) {
    case OutputKind::logits: {
      const std::int64_t axis = outputs[0].rank() > 3 ? 1 : -1;
      return log_mean(stacked(outputs, [&](const Tensor& each) { return log_softmax(each, axis); }));
    }
    case OutputKind::binary_logits:
      return log_mean(stacked(outputs, [](const Tensor& each) { return -softplus(-each); })) -
             log_mean(stacked(outputs, [](const Tensor& each) { return -softplus(each); }));
    case OutputKind::values:
    case OutputKind::probabilities:
    case OutputKind::binary_probabilities: break;
  }
  return mean(stack(outputs), {0});
}

Ensemble::Ensemble(const std::vector<Model>& members, OutputKind kind) : kind_(kind) {
  if (members.empty()) throw ValueError("Ensemble: there are no members");
  for (std::size_t k = 0; k < members.size(); ++k) {
    if (!members[k].defined()) throw ValueError(fmt::format("Ensemble: {} is empty", member_name(k)));
    const std::size_t inputs = members[k]->input_names().size(), outputs = members[k]->output_names().size();
    if (inputs != 1 || outputs != 1) {
      throw ValueError(fmt::format("Ensemble: {} has {} inputs and {} outputs; expected one of each",
                                   member_name(k), inputs, outputs));
    }
    child(member_name(k), members[k]);
  }
}

Tensor Ensemble::forward(const Tensor& x) const {
  Tensors outputs;
  for (const Model& member : members()) outputs.push_back(member(x));
  return mean_answer(outputs, kind_);
}

std::vector<Model> Ensemble::members() const {
  std::vector<Model> all;
  for (const auto& [name, member] : child_models()) all.push_back(member);
  return all;
}

std::vector<Entry> Ensemble::entries() const {
  std::vector<Entry> all;
  for (const auto& [name, member] : child_models()) {
    all.push_back({.name = name,
                   .inputs = input_specs(),
                   .outputs = member->output_names(),
                   .function = [net = member](const Tensors& inputs) { return net(inputs); }});
  }
  return all;
}

}  // namespace luge::nn
