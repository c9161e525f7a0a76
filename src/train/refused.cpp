#include "train/refused.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "runtime/eval.h"
#include "train/diagnose.h"

namespace luge::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestLook{2};  // at single samples

// The losses and then their gradients, as expressions. They belong to a Probe of the caller.
struct Slopes {
  Tensors losses, gradients;
};

Slopes slopes_of(const Trainer::Impl& impl, const data::Batch& batch) {
  const Pass pass(impl.net, batch, true);
  Slopes slopes;
  for (const Trained& each : impl.steps.trained()) {
    const Tensor loss = each.objective.loss(pass).value;
    slopes.losses.push_back(loss);
    Variables parameters;
    for (const nn::NamedVariable& own : impl.steps.parameters_of(each.objective))
      parameters.push_back(own.variable);
    for (Tensor& slope : grad(loss, parameters, {.allow_unused = true})) {
      if (slope.defined()) slopes.gradients.push_back(std::move(slope));
    }
  }
  return slopes;
}

bool all_finite(const Tensors& tensors) {
  return std::all_of(tensors.begin(), tensors.end(),
                     [](const Tensor& each) { return non_finite_element(each).empty(); });
}

enum class Fault { none, loss, gradient };

Fault fault_of(const Trainer::Impl& impl, const data::Batch& batch) {
  const nn::Probe probe(*impl.net, true);
  const Slopes slopes = slopes_of(impl, batch);
  if (!all_finite(slopes.losses)) return Fault::loss;
  return all_finite(slopes.gradients) ? Fault::none : Fault::gradient;
}

data::Batch row_of(const data::Batch& batch, std::int64_t rows, std::int64_t row) {
  data::Batch one;
  for (const auto& [name, tensor] : batch.tensors()) {
    const bool each = tensor.rank() > 0 && tensor.extent(0) == rows;
    one.set(name, each ? slice(tensor, 0, row, row + 1) : tensor);
  }
  for (const auto& [name, values] : batch.host)
    one.host.push_back({name, {values[static_cast<std::size_t>(row)]}});
  return one;
}

// "the smallest 0, the largest 3" of what an op was given.
std::string range_of(const Tensor& tensor) {
  const std::vector<double> values = cast(tensor, f64).to_vector<double>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::string type = fmt::format("{}{}", name(tensor.dtype()), tensor.shape().to_string());
  return values.empty() ? type : fmt::format("{} from {} to {}", type, *low, *high);
}

// The op at which a value first stops to be finite, on the way to the roots; empty when that cannot be told.
std::string first_op(const Tensors& roots) {
  struct Step {
    Node* node;
    std::vector<Tensor> outputs;
    std::vector<std::pair<std::size_t, std::size_t>> inputs;  // step and output
    bool finite = true;
  };
  std::vector<Step> steps;
  Tensors all;
  {
    const std::lock_guard lock(engine_mutex());
    std::map<const Node*, std::size_t> at;
    for (Node* node : topological(roots)) {
      Step step{node, {}, {}};
      for (const Edge& edge : node->inputs)
        step.inputs.emplace_back(at.at(edge.node), static_cast<std::size_t>(edge.out));
      for (std::size_t k = 0; k < node->outputs.size(); ++k) step.outputs.push_back(output_of(*node, k));
      if (node->leaf == Leaf::none || node->leaf == Leaf::read || node->leaf == Leaf::data)
        all.insert(all.end(), step.outputs.begin(), step.outputs.end());
      at.emplace(node, steps.size());
      steps.push_back(std::move(step));
    }
  }
  evaluate(all);
  for (Step& step : steps) {
    if (step.node->leaf == Leaf::none) step.finite = all_finite(step.outputs);
  }
  for (const Step& step : steps) {
    const auto is_finite = [&](const auto& input) {
      return all_finite({steps[input.first].outputs[input.second]});
    };
    if (step.finite || !std::all_of(step.inputs.begin(), step.inputs.end(), is_finite)) continue;
    std::string given;
    for (const auto& [from, out] : step.inputs) {
      const Tensor& input = steps[from].outputs[out];
      if (is_floating(input.dtype())) given += (given.empty() ? " of " : " and ") + range_of(input);
    }
    return fmt::format("{}{}", step.node->op->name(), given);
  }
  return {};
}

std::string op_of(const Trainer::Impl& impl, const data::Batch& batch) {
  const nn::Probe probe(*impl.net, true);
  const Building whole;  // no part is evaluated, and released, before all of it is there
  const Slopes slopes = slopes_of(impl, batch);
  Tensors roots = slopes.losses;
  roots.insert(roots.end(), slopes.gradients.begin(), slopes.gradients.end());
  return first_op(roots);
}

struct Samples {
  std::int64_t first = -1, count = 0, seen = 0;
};

Samples culprits(const Trainer::Impl& impl, const UsedBatch& batch) {
  const Clock::time_point begin = Clock::now();
  Samples found;
  for (; found.seen < batch.host.rows && Clock::now() - begin < kLongestLook; ++found.seen) {
    if (fault_of(impl, row_of(batch.tensors, batch.host.rows, found.seen)) == Fault::none) continue;
    if (++found.count == 1) found.first = found.seen;
  }
  return found;
}

std::string text_of(const Samples& found, const UsedBatch& batch) {
  const std::int64_t rows = batch.host.rows;
  if (rows == 1) return fmt::format("the sample is {}", batch.host.where(0));
  if (found.count == 0) return found.seen == rows ? "none of its samples gives it alone" : "";
  const std::string first =
      fmt::format("row {} of the batch, {}", found.first, batch.host.where(found.first));
  if (found.count == 1) return fmt::format("{} of its {} samples gives it alone: {}", 1, rows, first);
  return fmt::format("{}{} of its {} samples give it alone, the first is {}",
                     found.seen < rows ? "at least " : "", found.count, rows, first);
}

// A task may use parts of the network alone, with other inputs than the fields of the batch.
std::string layer_of(const Trainer::Impl& impl, const data::Batch& batch) {
  const std::vector<std::string> names = impl.net->input_names();
  const bool given =
      std::all_of(names.begin(), names.end(), [&](const auto& name) { return batch.contains(name); });
  return given ? first_non_finite(*impl.net, batch.tensors().select(names)) : std::string();
}

// What a second look finds may itself fail, in a task of a program say; then less is told.
template <class Look>
auto attempt(Look look) -> decltype(look()) {
  try {
    return look();
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

std::string why_refused(const Trainer::Impl& impl, const std::vector<UsedBatch>& batches,
                        const std::string& what) {
  // Of several batches of one update, the first that is at fault.
  const UsedBatch* batch = &batches.back();
  for (const UsedBatch& each : batches) {
    if (batches.size() == 1 || attempt([&] { return fault_of(impl, each.tensors); }) == Fault::none) continue;
    batch = &each;
    break;
  }
  const std::string layer = attempt([&] { return layer_of(impl, batch->tensors); });
  const Fault fault = attempt([&] { return fault_of(impl, batch->tensors); });
  std::string text = what;
  if (!layer.empty()) {
    text += "; first of all, " + layer;
  } else if (fault == Fault::loss) {
    text += "; all layers' outputs are finite, so the loss function itself overflowed";
  } else {
    // A step that overflows, or running statistics, are not a matter of a derivative.
    const bool of_gradient = what.starts_with("the gradient") && what.find("as large as") == what.npos;
    text += of_gradient
                ? "; the loss is finite, so a derivative is not finite, such as that of a square root "
                  "or logarithm at 0"
                : "; the loss is finite";
  }
  if (fault != Fault::none) {
    const Samples samples = attempt([&] { return culprits(impl, *batch); });
    const data::Batch looked_at =
        samples.count > 0 ? row_of(batch->tensors, batch->host.rows, samples.first) : batch->tensors;
    const std::string op = attempt([&] { return op_of(impl, looked_at); });
    if (!op.empty()) text += "; the first op whose result is not finite is " + op;
    const std::string sample = text_of(samples, *batch);
    if (!sample.empty()) text += "; " + sample;
  }
  return text;
}

}  // namespace luge::train
