#include "train/average.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"

namespace luge::train {

namespace {

// Optimizers keep the exact values of 16 bits apart, which an assignment would not reach.
void check_bits(const nn::NamedVariable& parameter) {
  const DType dtype = parameter.variable.dtype();
  if (size_of(dtype) >= 4) return;
  throw DTypeError(
      fmt::format("Averaging: lookahead cannot change {}, which is {}; expected float32 or "
                  "float64 (precision=bf16 has weights of float32)",
                  parameter.name, name(dtype)));
}

}  // namespace

Average::Average(const Averaging& options) : options_(options) {
  if (!(options.decay >= 0 && options.decay < 1))
    throw ValueError(fmt::format("Averaging: decay is {}; expected a number in [0, 1)", options.decay));
  if (options.start < 0)
    throw ValueError(fmt::format("Averaging: start is {}; expected at least 0", options.start));
  if (options.every < 1)
    throw ValueError(fmt::format("Averaging: every is {}; expected at least 1", options.every));
  if (options.norm_batches < 0)
    throw ValueError(fmt::format("Averaging: norm_batches is {}; expected at least 0", options.norm_batches));
  if (options.rise < 0)
    throw ValueError(fmt::format("Averaging: rise is {}; expected at least 0", options.rise));
  if (options.lookahead && options.mean)
    throw ValueError("Averaging: lookahead and mean are both chosen; expected one of them");
  count_ = Variable(scalar(0.0, f64), "average_count", {.trainable = false});
}

void Average::begin(const std::vector<nn::NamedVariable>& parameters,
                    const std::vector<nn::NamedVariable>& buffers) {
  if (!pairs_.empty()) return;
  const auto pair = [](const nn::NamedVariable& of) {
    const std::string own = "average/" + of.name;
    return Pair{of.variable, {own, Variable(of.variable.value(), own, {.trainable = false})}};
  };
  for (const nn::NamedVariable& each : parameters) pairs_.push_back(pair(each));
  if (options_.lookahead) {
    for (const nn::NamedVariable& each : parameters) check_bits(each);
    for (const nn::NamedVariable& each : buffers) {
      if (is_floating(each.variable.dtype())) pairs_.push_back(pair(each));
    }
    return;
  }
  if (options_.norm_batches == 0) return;
  for (const nn::NamedVariable& each : buffers) buffers_.push_back(pair(each));
}

void Average::refresh() const {
  if (count_.value().item<double>() > 0) return;
  for (const std::vector<Pair>* all : {&pairs_, &buffers_}) {
    for (const Pair& pair : *all) {
      Variable average = pair.average.variable;
      average.assign(pair.parameter.value());
    }
  }
}

std::int64_t Average::norm_batches() const {
  const bool averages = count_.value().item<double>() > static_cast<double>(options_.start);
  return averages && !buffers_.empty() ? options_.norm_batches : 0;
}

void Average::look_ahead() const {
  const Tensor before = count_.value(), done = before + 1;
  const Tensor t = done - static_cast<double>(options_.start);  // above 0: it has begun
  const double every = static_cast<double>(options_.every);
  const Tensor due = logical_and(greater(t, 0), equal(floor(t / every) * every, t));
  Tensor decay = scalar(options_.decay, f64);
  if (options_.rise > 0) {
    const Tensor share = minimum(done / static_cast<double>(options_.rise), 1);
    decay = decay * (share * share * share);
  }
  const Tensor own = where(less_equal(t, 0), 1, where(due, 1 - decay, 0));
  for (const Pair& pair : pairs_) {
    Variable slow = pair.average.variable, fast = pair.parameter;
    const Tensor now = fast.value(), next = slow.value() + cast(own, now.dtype()) * (now - slow.value());
    slow.assign(next);
    fast.assign(where(due, next, now));
  }
  Variable count = count_;
  count.assign(done);
}

void Average::update() const {
  if (options_.lookahead) return look_ahead();
  // The share of the new value: all of it before the start, and nothing between two that are taken.
  const Tensor before = count_.value(), t = before - static_cast<double>(options_.start);
  const double every = static_cast<double>(options_.every);
  const Tensor taken = floor(maximum(t, 0) / every);  // how many were, without this one
  const Tensor share = options_.mean ? 1 / (taken + 1) : maximum(1 - options_.decay, 9 / (taken + 10));
  const Tensor own = where(less(t, 0), 1, where(equal(taken * every, t), share, 0));
  for (const Pair& pair : pairs_) {
    Variable average = pair.average.variable;
    const Tensor now = pair.parameter.value();
    average.assign(average + cast(own, now.dtype()) * (now - average));
  }
  for (const Pair& pair : buffers_) {
    Variable average = pair.average.variable;
    average.assign(where(less(t, 0), pair.parameter.value(), average.value()));
  }
  Variable count = count_;
  count.assign(before + 1);
}

void Average::take() const {
  for (const Pair& pair : pairs_) {
    Variable parameter = pair.parameter;
    parameter.assign(pair.average.variable.value());
  }
  for (const Pair& pair : buffers_) {
    Variable buffer = pair.parameter;
    buffer.assign(pair.average.variable.value());
  }
}

std::vector<nn::NamedVariable> Average::state() const {
  std::vector<nn::NamedVariable> all = {{"average_count", count_}};
  for (const Pair& pair : pairs_) all.push_back(pair.average);
  for (const Pair& pair : buffers_) all.push_back(pair.average);
  return all;
}

}  // namespace luge::train
