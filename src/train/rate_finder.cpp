// Trainer::find_rate: one step for each learning rate, the next one larger by a factor.
#include "luge/train/rate_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/draws.h"
#include "luge/all_or_nothing.h"
#include "luge/error.h"
#include "luge/nn/observe.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

void check(const RateFinderOptions& options) {
  const auto refuse = [](const char* name, auto value, const char* expected) {
    throw ValueError(fmt::format("find_rate: {} is {}; expected {}", name, value, expected));
  };
  if (!(options.from > 0)) refuse("from", options.from, "a number above 0");
  if (!(options.to > options.from) || !std::isfinite(options.to))
    refuse("to", options.to, "a finite number above from");
  if (options.steps < 2) refuse("steps", options.steps, "at least 2");
  if (!(options.smoothing >= 0 && options.smoothing < 1))
    refuse("smoothing", options.smoothing, "a number in [0, 1)");
  if (!(options.diverged > 1)) refuse("diverged", options.diverged, "a number above 1");
}

// A constant rate for a while; then the old rate and schedule again.
class OwnRate {
 public:
  explicit OwnRate(const optim::Optimizer& optimizer)
      : optimizer_(optimizer), rate_(optimizer.learning_rate()), schedule_(optimizer.options().schedule) {
    optimizer_.set_schedule({});
  }
  ~OwnRate() {
    optimizer_.set_schedule(schedule_);
    optimizer_.set_learning_rate(rate_);
  }
  OwnRate(const OwnRate&) = delete;
  OwnRate& operator=(const OwnRate&) = delete;

 private:
  optim::Optimizer optimizer_;
  double rate_;
  optim::Schedule schedule_;
};

// Where the loss falls fastest with the logarithm of the rate, before its minimum.
// The first trials are left out while the average is that of a few batches.
std::optional<double> steepest(const std::vector<RateTrial>& trials, double smoothing) {
  const auto first = static_cast<std::ptrdiff_t>(
      std::max(1.0, std::min(1 / (1 - smoothing), 0.2 * static_cast<double>(trials.size()))));
  if (trials.size() < 3) return std::nullopt;
  const auto lowest = std::min_element(trials.begin(), trials.end(),
                                       [](const auto& a, const auto& b) { return a.smoothed < b.smoothed; });
  double best = 0;
  std::optional<double> rate;
  for (auto at = trials.begin() + first; at + 1 < trials.end() && at <= lowest; ++at) {
    const double slope = (at + 1)->smoothed - (at - 1)->smoothed;
    if (slope < best) best = slope, rate = at->rate;
  }
  return rate;
}

}  // namespace

RateCurve Trainer::find_rate(const data::Batches& training, const RateFinderOptions& options) {
  check(options);
  if (training.size() == 0)
    throw ValueError(fmt::format("find_rate: the data {} has no batch", training.dataset().info().name));
  prepare(training.dataset().info());
  Impl& impl = *impl_;
  for (const Trained& each : impl.steps.trained()) {
    if (each.optimizer.searches())
      throw StateError(
          fmt::format("find_rate: {} looks for the length of its steps itself; there is nothing to find",
                      each.optimizer.name()));
  }
  const nn::ModeScope train_mode(*impl.net, true);
  const random::Scratch draws;
  AllOrNothing taken_back;  // what the steps change
  for (const auto& [name, variable] : impl.state()) AllOrNothing::remember(variable);
  std::vector<std::unique_ptr<OwnRate>> rates;
  for (const Trained& each : impl.steps.trained()) rates.push_back(std::make_unique<OwnRate>(each.optimizer));

  RateCurve curve;
  Part part = impl.steps.all();
  part.measure = false;
  const double factor = std::pow(options.to / options.from, 1 / static_cast<double>(options.steps - 1));
  double average = 0, lowest = std::numeric_limits<double>::infinity();
  std::int64_t pass = 0;
  auto epoch = training.epoch(pass);
  for (std::int64_t k = 0; k < options.steps; ++k) {
    auto batch = epoch.next();
    if (!batch) {
      epoch = training.epoch(++pass);
      batch = epoch.next();
    }
    const double rate = options.from * std::pow(factor, static_cast<double>(k));
    for (const Trained& each : impl.steps.trained()) each.optimizer.set_learning_rate(rate);
    std::vector<LossSum> sums = impl.no_sums();
    try {
      Impl::add(impl.steps.run(part, batch->to_tensors()), sums);
    } catch (const NonFiniteError&) {
      curve.diverged = true;
      break;
    }
    double loss = 0;
    for (const LossSum& each : sums) loss += each.loss();
    average = options.smoothing * average + (1 - options.smoothing) * loss;
    const double smoothed = average / (1 - std::pow(options.smoothing, static_cast<double>(k + 1)));
    curve.trials.push_back({rate, loss, smoothed});
    lowest = std::min(lowest, smoothed);
    curve.diverged = smoothed > options.diverged * lowest && lowest > 0;
    if (curve.diverged) break;
  }
  curve.suggestion = steepest(curve.trials, options.smoothing);
  return curve;
}

}  // namespace luge::train
