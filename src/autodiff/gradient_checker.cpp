#include "autodiff/gradient_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiff/slope.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge::gradient_checker {
namespace {

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

// The sign of each element in a direction, a fixed pattern as well.
double sign_at(std::size_t target, std::size_t element) {
  std::uint64_t bits = (target + 1) * 0x9e3779b97f4a7c15ull ^ (element + 1) * 0xd1342543de82ef95ull;
  bits ^= bits >> 32;
  bits *= 0xbf58476d1ce4e5b9ull;
  return bits >> 63 ? -1 : 1;
}

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

double length(const Values& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

class Checker {
 public:
  Checker(const Subject& subject, const GradientCheckOptions& options)
      : subject_(subject), options_(options) {
    analytic_ = analytic_gradients();
    here_ = results();
    for (std::size_t i = 0; i < here_.size(); ++i) magnitude_ += std::abs(weights_[i] * here_[i]);
  }

  GradientReport run() {
    begin();
    const bool in_time = check_directions() && check_elements();
    for (const Target& target : targets_) conclude(target);
    if (!in_time) report_.untried = total_ - done_;
    for (std::size_t k = 0; k < targets_.size(); ++k) {
      if (!targets_[k].covered) report_.uncovered.push_back(subject_.paths[k]);
    }
    std::stable_sort(
        report_.worst.begin(), report_.worst.end(),
        [](const GradientEntry& a, const GradientEntry& b) { return distance(a) > distance(b); });
    if (report_.worst.size() > 5) report_.worst.resize(5);
    const double tried = static_cast<double>(report_.checked + report_.skipped);
    report_.passed = report_.max_error <= options_.tolerance && report_.relative <= options_.tolerance &&
                     report_.wrong_directions == 0 &&
                     static_cast<double>(report_.skipped) <= options_.kinks_allowed * tried;
    return report_;
  }

 private:
  // The results for the elements of one target so far.
  struct Target {
    std::int64_t count = 0, tried = 0;
    double scale = 1, unit = 1;
    double whole = 0;   // the length of its gradient
    double length = 0;  // the same, but not much smaller than others
    double error = 0, apart = 0, length_a = 0, length_n = 0;
    bool covered = false;  // some part of its gradient was compared
  };

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
      const Values values = weights.to_vector<double>();
      weights_.insert(weights_.end(), values.begin(), values.end());
      const Tensor part = sum(weights * results[k]);
      total = total.defined() ? total + part : part;
    }
    return read(grad(total, subject_.targets(), {.seed = {}, .allow_unused = true}));
  }

  // All results one after another.
  Values results() {
    Values all;
    for (const Values& values : read(floating_results(subject_.run())))
      all.insert(all.end(), values.begin(), values.end());
    return all;
  }

  // How many elements and directions will be tried.
  void begin() {
    double longest = 0;
    for (std::size_t k = 0; k < subject_.values.size(); ++k) {
      double largest = 0;
      for (double value : analytic_[k]) largest = std::max(largest, std::abs(value));
      Target target;
      target.count = static_cast<std::int64_t>(subject_.values[k].size());
      target.tried = options_.elements > 0 ? std::min(options_.elements, target.count) : target.count;
      // Scaling the weights scales gradients and differences equally; a gradient that is 0 stays as it is.
      target.scale = largest > 1e-9 && largest < 0.1 ? 0.1 / largest : 1;
      target.unit = std::max(1.0, largest * target.scale);
      target.length = target.whole = length(analytic_[k]);
      longest = std::max(longest, target.length);
      report_.elements += target.count;
      total_ += target.tried;
      targets_.push_back(target);
    }
    // A direction takes as much of each target's gradient, but not of those that are much smaller than
    // others.
    for (Target& target : targets_) target.length = std::max({target.length, 1e-2 * longest, 1e-12});
    directions_ = std::min<std::int64_t>(options_.directions, static_cast<std::int64_t>(targets_.size()));
    total_ += directions_;
  }

  // Whether there is time for more.
  bool go_on() {
    ++done_;
    return !options_.progress || options_.progress(done_, total_) || done_ == total_;
  }

  bool check_directions() {
    for (std::int64_t d = 0; d < directions_; ++d) {
      std::vector<std::size_t> members;
      for (auto k = static_cast<std::size_t>(d); k < targets_.size();
           k += static_cast<std::size_t>(directions_))
        members.push_back(k);
      check_direction(members);
      if (!go_on()) return false;
    }
    return true;
  }

  bool check_elements() {
    for (std::int64_t round = 0; done_ < total_; ++round) {
      for (std::size_t target = 0; target < targets_.size(); ++target) {
        if (round >= targets_[target].tried) continue;
        check_element(target, round);
        if (!go_on()) return false;
      }
    }
    return true;
  }

  // Every element of these targets moves, up or down.
  void check_direction(const std::vector<std::size_t>& members) {
    double gradient = 0, furthest = 0;
    for (const std::size_t k : members) {
      const double share = 1 / targets_[k].length;
      furthest = std::max(furthest, share);
      for (std::size_t i = 0; i < analytic_[k].size(); ++i)
        gradient += share * sign_at(k, i) * analytic_[k][i];
    }
    const auto put = [&](double by) {
      for (const std::size_t k : members) {
        Values values = subject_.values[k];
        for (std::size_t i = 0; i < values.size(); ++i) values[i] += by / targets_[k].length * sign_at(k, i);
        subject_.assign(k, values);
      }
    };
    const Way way{[&](double by) {
                    put(by);
                    Values found = results();
                    for (const std::size_t k : members) subject_.assign(k, subject_.values[k]);
                    return found;
                  },
                  [](double by) { return by; }};
    // Each target contributes about 1.
    const double size = std::sqrt(static_cast<double>(members.size()));
    const double first = options_.step / furthest;
    const Judgment found = judge(way, here_, weights_, gradient,
                                 {.step = direction_step_ * first,
                                  .allowed = options_.tolerance * size,
                                  .finest = 1e-3 * size,
                                  .magnitude = magnitude_});
    if (found.verdict == Judgment::Verdict::unresolved) {
      ++report_.skipped_directions;
      return;
    }
    // Deep networks have a kink within every longer step.
    direction_step_ = std::max(1e-3, found.step / first);
    ++report_.directions;
    for (const std::size_t k : members) targets_[k].covered = true;
    if (found.verdict == Judgment::Verdict::agrees) return;
    ++report_.wrong_directions;
    report_.worst.push_back({all_paths(members), -1, gradient, found.slope});
  }

  std::string all_paths(const std::vector<std::size_t>& members) const {
    std::string text;
    for (const std::size_t k : members) text += (text.empty() ? "" : ", ") + subject_.paths[k];
    return text;
  }

  void check_element(std::size_t which, std::int64_t round) {
    Target& target = targets_[which];
    const Values &analytic = analytic_[which], &x = subject_.values[which];
    const double scale = target.scale, unit = target.unit;
    const std::int64_t element = round * target.count / target.tried;
    const auto index = static_cast<std::size_t>(element);
    const Way way{[&](double by) {
                    Values values = x;
                    values[index] += by;
                    subject_.assign(which, values);
                    Values found = results();
                    subject_.assign(which, x);
                    return found;
                  },
                  [&](double by) { return (x[index] + by) - x[index]; }};
    const Judgment found = judge(way, here_, weights_, analytic[index],
                                 {.step = options_.step * std::max(1.0, std::abs(x[index])),
                                  .allowed = options_.tolerance * unit / scale,
                                  .finest = 1e-3 * unit / scale,
                                  .magnitude = magnitude_});
    if (found.verdict == Judgment::Verdict::unresolved) {
      ++report_.skipped;
      return;
    }
    ++report_.checked;
    target.covered = true;
    const double off = found.off * scale;
    target.error = std::max(target.error, off);
    target.apart += off * off;
    target.length_a += analytic[index] * analytic[index] * scale * scale;
    target.length_n += found.slope * found.slope * scale * scale;
    if (off > 0) report_.worst.push_back({subject_.paths[which], element, analytic[index], found.slope});
  }

  void conclude(const Target& target) {
    report_.max_error = std::max(report_.max_error, target.error / target.unit);
    // Lengths below 0.1 belong to a gradient that is 0, whose differences are rounding alone. A few elements
    // may be the small ones of a gradient: they count as such elements do on average.
    const double share =
        static_cast<double>(target.tried) / static_cast<double>(std::max<std::int64_t>(1, target.count));
    const double usual = 2 * target.whole * target.scale * std::sqrt(share);
    const double lengths = std::sqrt(target.length_a) + std::sqrt(target.length_n);
    const double relative = std::sqrt(target.apart) / std::max({0.1, lengths, usual});
    report_.relative = std::max(report_.relative, std::isfinite(target.error) ? relative : target.error);
  }

  const Subject& subject_;
  const GradientCheckOptions& options_;
  std::vector<Values> analytic_;
  Values here_, weights_;
  double magnitude_ = 0;
  std::vector<Target> targets_;
  std::int64_t directions_ = 0, total_ = 0, done_ = 0;
  double direction_step_ = 1;  // the part of the first step at which the last direction was resolved
  GradientReport report_;
};

}  // namespace

void check_dtype(const Tensor& tensor, std::string_view what) {
  if (is_floating(tensor.dtype()) && tensor.dtype() != f64) {
    throw DTypeError(
        fmt::format("gradient_check: {} is {}, expected f64: differences need its precision; write "
                    "cast(x, luge::f64)",
                    what, name(tensor.dtype())));
  }
}

GradientReport check(const Subject& subject, const GradientCheckOptions& options) {
  return Checker(subject, options).run();
}

}  // namespace luge::gradient_checker
