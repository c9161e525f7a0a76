#include "train/average.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"

namespace luge::train {

Average::Average(const Averaging& options) : options_(options) {
  if (!(options.decay >= 0 && options.decay < 1))
    throw ValueError(fmt::format("Averaging: decay is {}; expected a number in [0, 1)", options.decay));
  if (options.start < 0)
    throw ValueError(fmt::format("Averaging: start is {}; expected at least 0", options.start));
  count_ = Variable(scalar(0.0, f64), "average_count", {.trainable = false});
}

void Average::begin(const std::vector<nn::NamedVariable>& parameters) {
  if (!pairs_.empty()) return;
  for (const auto& [name, variable] : parameters) {
    const std::string own = "average/" + name;
    pairs_.push_back({variable, {own, Variable(variable.value(), own, {.trainable = false})}});
  }
}

void Average::update() const {
  // The share of the new value: all of it before the start.
  const Tensor before = count_.value(), t = before - static_cast<double>(options_.start);
  const Tensor share =
      options_.mean ? 1 / (maximum(t, 0) + 1) : maximum(1 - options_.decay, 9 / (maximum(t, 0) + 10));
  const Tensor own = where(less(t, 0), 1, share);
  for (const Pair& pair : pairs_) {
    Variable average = pair.average.variable;
    const Tensor now = pair.parameter.value();
    average.assign(average + cast(own, now.dtype()) * (now - average));
  }
  Variable count = count_;
  count.assign(before + 1);
}

void Average::take() const {
  for (const Pair& pair : pairs_) {
    Variable parameter = pair.parameter;
    parameter.assign(pair.average.variable.value());
  }
}

std::vector<nn::NamedVariable> Average::state() const {
  std::vector<nn::NamedVariable> all = {{"average_count", count_}};
  for (const Pair& pair : pairs_) all.push_back(pair.average);
  return all;
}

}  // namespace luge::train
