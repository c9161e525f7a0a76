#include "luge/gradient_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge {
namespace {

using Values = std::vector<double>;

void check_dtype(const Tensor& tensor, std::string_view what) {
  if (is_floating(tensor.dtype()) && tensor.dtype() != f64) {
    throw DTypeError(
        fmt::format("gradient_check: {} is {}, expected f64: differences need its precision; write "
                    "cast(x, luge::f64)",
                    what, name(tensor.dtype())));
  }
}

// A fixed pattern of weights in ±[0.5, 1]: none is small, and sums of gradients do not cancel by symmetry.
Tensor weights_like(const Tensor& result, std::size_t which) {
  Values weights(static_cast<std::size_t>(result.elements()));
  std::uint64_t state = 0x9e3779b97f4a7c15ull * (which + 1);
  for (double& weight : weights) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    const double size = 0.5 + 0.5 * static_cast<double>(state >> 40) / static_cast<double>(1 << 24);
    weight = (state >> 33 & 1u) ? -size : size;
  }
  return tensor(weights, result.shape());
}

// A function of numbered targets whose elements can be moved.
struct Subject {
  std::function<Tensors()> run;                            // with the targets as they stand
  std::function<Tensors()> targets;                        // the tensors that grad is asked for
  std::function<void(std::size_t, const Values&)> assign;  // new elements for a target
  std::vector<std::string> paths;
  std::vector<Values> values;
};

Tensors floating_results(const Tensors& results) {
  Tensors kept;
  for (const Tensor& result : results) {
    check_dtype(result, "a result");
    if (is_floating(result.dtype())) kept.push_back(result);
  }
  return kept;
}

std::vector<Values> read(const Tensors& tensors) {
  std::vector<Values> values;
  eval(tensors);
  for (const Tensor& tensor : tensors) values.push_back(tensor.to_vector<double>());
  return values;
}

class Checker {
 public:
  Checker(const Subject& subject, const GradientCheckOptions& options)
      : subject_(subject), options_(options) {
    analytic_ = analytic_gradients();
    here_ = read(floating_results(subject_.run()));
  }

  GradientReport run() {
    const std::int64_t total = begin();
    for (std::int64_t round = 0, done = 0; done < total && report_.untried == 0; ++round) {
      for (std::size_t target = 0; target < targets_.size(); ++target) {
        if (round >= targets_[target].tried) continue;
        check(target, round);
        ++done;
        if (options_.progress && !options_.progress(done, total) && done < total) {
          report_.untried = total - done;
          break;
        }
      }
    }
    for (const Target& target : targets_) conclude(target);
    std::stable_sort(
        report_.worst.begin(), report_.worst.end(),
        [](const GradientEntry& a, const GradientEntry& b) { return distance(a) > distance(b); });
    if (report_.worst.size() > 5) report_.worst.resize(5);
    const double tried = static_cast<double>(report_.checked + report_.skipped);
    report_.passed = report_.max_error <= options_.tolerance && report_.relative <= options_.tolerance &&
                     static_cast<double>(report_.skipped) <= options_.kinks_allowed * tried;
    return report_;
  }

 private:
  static double distance(const GradientEntry& entry) {
    const double apart = std::abs(entry.analytic - entry.numeric);
    return std::isfinite(apart) ? apart : std::numeric_limits<double>::infinity();
  }

  std::vector<Values> analytic_gradients() {
    const Tensors results = floating_results(subject_.run());
    if (results.empty()) throw DTypeError("gradient_check: the function gives no floating tensor");
    Tensor total;
    for (std::size_t k = 0; k < results.size(); ++k) {
      const Tensor weights = weights_like(results[k], k);
      weights_.push_back(weights.to_vector<double>());
      const Tensor part = sum(weights * results[k]);
      total = total.defined() ? total + part : part;
    }
    return read(grad(total, subject_.targets(), {.seed = {}, .allow_unused = true}));
  }

  std::vector<Values> moved(std::size_t target, std::size_t index, double by) {
    if (by == 0) return here_;
    Values values = subject_.values[target];
    values[index] += by;
    subject_.assign(target, values);
    std::vector<Values> results = read(floating_results(subject_.run()));
    subject_.assign(target, subject_.values[target]);
    return results;
  }

  // Σ w·(f(x + up) - f(x - down)); differences are taken before anything is summed, so that little is lost.
  double difference(std::size_t target, std::size_t index, double up, double down) {
    const std::vector<Values> above = moved(target, index, up), below = moved(target, index, -down);
    double total = 0;
    for (std::size_t k = 0; k < above.size(); ++k) {
      for (std::size_t i = 0; i < above[k].size(); ++i) total += weights_[k][i] * (above[k][i] - below[k][i]);
    }
    return total;
  }

  // The jump between the slopes from both sides shrinks with the step where the function is smooth, and does
  // not where a kink or a discontinuity lies within it.
  bool at_kink(std::size_t target, std::size_t index, double h, double unit) {
    const auto jump = [&](double step) {
      return std::abs(difference(target, index, step, 0) - difference(target, index, 0, step)) / step;
    };
    const double wide = jump(h);
    return wide > 1e-5 * unit && std::abs(jump(h / 4) - wide / 4) > 0.1 * wide;
  }

  // What the elements of one target have shown so far.
  struct Target {
    std::int64_t count = 0, tried = 0;
    double scale = 1, unit = 1;
    double error = 0, apart = 0, length_a = 0, length_n = 0;
  };

  // How many elements will be tried.
  std::int64_t begin() {
    std::int64_t total = 0;
    for (std::size_t k = 0; k < subject_.values.size(); ++k) {
      double largest = 0;
      for (double value : analytic_[k]) largest = std::max(largest, std::abs(value));
      Target target;
      target.count = static_cast<std::int64_t>(subject_.values[k].size());
      target.tried = options_.elements > 0 ? std::min(options_.elements, target.count) : target.count;
      // Scaling the weights scales gradients and differences alike; a gradient that is 0 stays as it is.
      target.scale = largest > 1e-9 && largest < 0.1 ? 0.1 / largest : 1;
      target.unit = std::max(1.0, largest * target.scale);
      report_.elements += target.count;
      total += target.tried;
      targets_.push_back(target);
    }
    return total;
  }

  void check(std::size_t which, std::int64_t round) {
    Target& target = targets_[which];
    const Values &analytic = analytic_[which], &x = subject_.values[which];
    const double scale = target.scale, unit = target.unit;
    const std::int64_t place = round * target.count / target.tried;
    const auto index = static_cast<std::size_t>(place);
    const double h = options_.step * std::max(1.0, std::abs(x[index]));
    const double up = (x[index] + h) - x[index], down = x[index] - (x[index] - h);  // as they are rounded
    GradientEntry entry{subject_.paths[which], place, analytic[index],
                        difference(which, index, up, down) / (up + down)};
    const double off = distance(entry) * scale;
    if (off > options_.tolerance * unit && std::isfinite(off) && at_kink(which, index, h, unit / scale)) {
      ++report_.skipped;
      return;
    }
    ++report_.checked;
    target.error = std::max(target.error, off);
    target.apart += off * off;
    target.length_a += entry.analytic * entry.analytic * scale * scale;
    target.length_n += entry.numeric * entry.numeric * scale * scale;
    if (off > 0) report_.worst.push_back(std::move(entry));
  }

  void conclude(const Target& target) {
    report_.max_error = std::max(report_.max_error, target.error / target.unit);
    // Lengths below 0.1 belong to a gradient that is 0, whose differences are rounding alone.
    const double relative =
        std::sqrt(target.apart) / std::max(0.1, std::sqrt(target.length_a) + std::sqrt(target.length_n));
    report_.relative = std::max(report_.relative, std::isfinite(target.error) ? relative : target.error);
  }

  const Subject& subject_;
  const GradientCheckOptions& options_;
  std::vector<Values> analytic_, here_, weights_;
  std::vector<Target> targets_;
  GradientReport report_;
};

}  // namespace

std::string GradientReport::to_string() const {
  std::string text = fmt::format("{}: max error {:.2e}, relative {:.2e}, {} checked, {} at kinks",
                                 passed ? "passed" : "FAILED", max_error, relative, checked, skipped);
  if (passed) return text;
  for (const GradientEntry& entry : worst) {
    text += fmt::format("\n  {} [{}]: gradient {:.10g}, difference quotient {:.10g}", entry.path, entry.index,
                        entry.analytic, entry.numeric);
  }
  return text;
}

GradientReport gradient_check(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs,
                              const GradientCheckOptions& options) {
  Tensors current;
  std::vector<std::size_t> places;  // of the targets among the inputs
  Subject subject;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    check_dtype(inputs[k], fmt::format("input {}", k));
    current.push_back(inputs[k]);
    if (inputs[k].dtype() != f64) continue;
    places.push_back(k);
    subject.paths.push_back(fmt::format("input {}", k));
    subject.values.push_back(inputs[k].to_vector<double>());
    current.back() = tensor(subject.values.back(), inputs[k].shape());
  }
  subject.run = [&] { return function(current); };
  subject.targets = [&] {
    Tensors targets;
    for (std::size_t place : places) targets.push_back(current[place]);
    return targets;
  };
  subject.assign = [&](std::size_t target, const Values& values) {
    current[places[target]] = tensor(values, inputs[places[target]].shape());
  };
  return Checker(subject, options).run();
}

GradientReport gradient_check(const std::function<Tensors()>& function, const Variables& variables,
                              const GradientCheckOptions& options) {
  Subject subject;
  Variables held = variables;
  for (const Variable& variable : variables) {
    check_dtype(variable.value(), fmt::format("Variable '{}'", variable.name()));
    subject.paths.push_back(variable.name());
    subject.values.push_back(variable.value().to_vector<double>());
  }
  subject.run = function;
  subject.targets = [&] { return Tensors(held.begin(), held.end()); };
  subject.assign = [&](std::size_t target, const Values& values) {
    held[target].assign(tensor(values, held[target].shape()));
  };
  const auto restore = [&] {
    for (std::size_t k = 0; k < held.size(); ++k) subject.assign(k, subject.values[k]);
  };
  try {
    GradientReport report = Checker(subject, options).run();
    restore();
    return report;
  } catch (...) {
    restore();
    throw;
  }
}

}  // namespace luge
