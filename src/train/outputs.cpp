#include "train/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::train {
namespace {

constexpr std::int64_t kSamples = 8;
// Probabilities of 16 bits do not sum up to 1 exactly.
constexpr double kTolerance = 0.02;

// The outputs for the first samples, in eval mode, float64.
Tensor outputs_of(const nn::Model& net, const data::HostBatch& first) {
  const nn::Probe probe(*net, false);
  const data::Batch all = first.to_tensors();
  data::Batch some;
  for (const auto& [name, value] : all.tensors())
    some.set(name, slice(value, 0, 0, std::min(kSamples, value.extent(0))));
  const Tensor outputs = cast((*net(some.tensors()).begin()).second, f64);
  eval({outputs});
  return outputs;
}

[[noreturn]] void refuse(const loss::Loss& loss, const std::string& takes, const std::string& found,
                         const std::string& advice) {
  throw ValueError(fmt::format("loss {}: takes {}, but {}; {}", loss.name(), takes, found, advice));
}

void check_sums(const loss::Loss& loss, const Tensor& outputs) {
  const bool logarithms = loss.about().log_probabilities;
  const int axis = static_cast<int>(loss.about().axis);
  const Tensor shares = logarithms ? exp(outputs) : outputs;
  for (const double total : sum(shares, axis).to_vector<double>()) {
    if (!std::isfinite(total) || std::abs(total - 1) <= kTolerance) continue;
    refuse(loss, logarithms ? "logarithms of probabilities" : "probabilities",
           fmt::format("those that the network gives for a sample sum to {:.4g} instead of 1", total),
           fmt::format("end the network with {}, or choose a loss of logits",
                       logarithms ? "log-softmax" : "softmax"));
  }
}

void check_range(const loss::Loss& loss, const Tensor& outputs) {
  for (const double each : outputs.to_vector<double>()) {
    if (!std::isfinite(each) || (each >= -kTolerance && each <= 1 + kTolerance)) continue;
    refuse(loss, "probabilities", fmt::format("the network gives {:.4g}", each),
           "end the network with sigmoid, or choose a loss of logits");
  }
}

}  // namespace

void check_outputs(const nn::Model& net, const loss::Loss& loss, const data::HostBatch& first) {
  const bool shares = loss.outputs() == OutputKind::probabilities || loss.about().log_probabilities;
  if (first.rows == 0) return;
  if (shares) check_sums(loss, outputs_of(net, first));
  if (loss.outputs() == OutputKind::binary_probabilities) check_range(loss, outputs_of(net, first));
}

}  // namespace luge::train
