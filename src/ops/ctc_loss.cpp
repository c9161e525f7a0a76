// ctc_loss: -log of the probability that labels are read from positions in any alignment (Graves et al.
// 2006). Both halves of the forward-backward algorithm run on logarithms in float64. The residual is the
// gradient: minus the probability that a position is aligned with a class.
#include "luge/ops/ctc_loss.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/element.h"
#include "ops/wide.h"

namespace luge {
namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == nothing ? a : a + std::log1p(std::exp(b - a));
}

struct CtcAttributes {
  std::int64_t blank = 0;
  bool zero_infinity = false;
  static void fields(auto& self, auto&& field) {
    field("blank", self.blank);
    field("zero_infinity", self.zero_infinity);
  }
};

// What broke a rule is told by the remainder of KernelError::limit: a label, or one of the lengths.
enum Offense : std::int64_t { label_of_sample, input_length, target_length, offenses };

std::int64_t whole_at(const View& view, std::int64_t k) {
  std::int64_t value = 0;
  for_integer(view.type.dtype, [&]<class I>() { value = static_cast<std::int64_t>(view.as<const I>()[k]); });
  return value;
}

// The labels of one sample with blanks between and around them, and their probabilities at its positions.
template <class T>
class Alignment {
 public:
  Alignment(const T* log_p, std::int64_t step, std::int64_t positions, std::vector<std::int64_t> labels,
            std::int64_t blank)
      : log_p_(log_p), step_(step), positions_(positions), states_(2 * labels.size() + 1) {
    classes_.assign(states_, blank);
    for (std::size_t k = 0; k < labels.size(); ++k) classes_[2 * k + 1] = labels[k];
  }
  std::int64_t class_of(std::size_t state) const { return classes_[state]; }
  std::size_t states() const { return states_; }
  double at(std::int64_t t, std::size_t state) const { return widen(log_p_[t * step_ + classes_[state]]); }
  // A label may follow the one before it at once, unless both are equal.
  bool may_skip(std::size_t state) const {
    return state >= 2 && classes_[state] != classes_[state - 2] && state % 2 == 1;
  }

  // [positions][states]: log of the probability of all ways to be in a state at a position, that of the
  // position included.
  std::vector<double> forward() const {
    std::vector<double> alpha(static_cast<std::size_t>(positions_) * states_, nothing);
    for (std::int64_t t = 0; t < positions_; ++t) {
      double* now = &alpha[static_cast<std::size_t>(t) * states_];
      const double* before = now - states_;
      for (std::size_t s = 0; s < states_; ++s) {
        double ways = t == 0 ? (s < 2 ? 0 : nothing) : before[s];
        if (t > 0 && s >= 1) ways = log_add(ways, before[s - 1]);
        if (t > 0 && may_skip(s)) ways = log_add(ways, before[s - 2]);
        now[s] = ways == nothing ? nothing : ways + at(t, s);
      }
    }
    return alpha;
  }
  // log of the probability of the whole target.
  double total(const std::vector<double>& alpha) const {
    if (positions_ == 0) return states_ == 1 ? 0 : nothing;
    const double* last = &alpha[static_cast<std::size_t>(positions_ - 1) * states_];
    return states_ == 1 ? last[0] : log_add(last[states_ - 1], last[states_ - 2]);
  }
  // Calls each(t, class, log of the probability to be in one of its states there and to read the target).
  template <class F>
  void aligned(const std::vector<double>& alpha, const F& each) const {
    std::vector<double> beta(states_, nothing), after(states_, nothing);
    for (std::int64_t t = positions_ - 1; t >= 0; --t) {
      for (std::size_t s = 0; s < states_; ++s) {
        double ways = t == positions_ - 1 ? (s + 2 >= states_ ? 0 : nothing) : after[s];
        if (t < positions_ - 1 && s + 1 < states_) ways = log_add(ways, after[s + 1]);
        if (t < positions_ - 1 && s + 2 < states_ && may_skip(s + 2)) ways = log_add(ways, after[s + 2]);
        beta[s] = ways;
        const double way = alpha[static_cast<std::size_t>(t) * states_ + s] + ways;
        if (way != nothing) each(t, classes_[s], way);
      }
      for (std::size_t s = 0; s < states_; ++s) after[s] = beta[s] == nothing ? nothing : beta[s] + at(t, s);
    }
  }

 private:
  const T* log_p_;
  std::int64_t step_, positions_;
  std::size_t states_;
  std::vector<std::int64_t> classes_;
};

struct CtcLoss : Op<CtcLoss, CtcAttributes> {
  static constexpr auto name = "ctc_loss";
  static constexpr Traits traits{.can_fail = true, .cost = 200, .residuals_from = 1};

  Types infer(const Types& in) const {  // log_probabilities, targets, input_lengths, target_lengths
    check_inputs(name, in, 4);
    check_float(name, in[0]);
    check_rank(name, "log_probabilities", in[0], 3);
    const std::int64_t samples = in[0].shape[1], classes = in[0].shape[2];
    for (std::size_t k = 1; k < 4; ++k) {
      check_integer(name, in[k]);
      check_rank(name, k == 1 ? "targets" : "lengths", in[k], k == 1 ? 2 : 1);
      check_extent(name, k == 1 ? "targets" : "lengths", in[k], 0, samples);
    }
    if (blank < 0 || (classes != unknown && blank >= classes)) {
      throw ValueError(
          fmt::format("ctc_loss: blank is {}; expected a class of {}", blank, in[0].to_string()));
    }
    return {Type{in[0].dtype, Shape{samples}}, in[0]};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const std::int64_t samples = shape[1], classes = shape[2];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      T* slopes = call.out[1].as<T>();
      if (slopes) std::fill_n(slopes, shape.elements(), narrow<T>(0));
      for (std::int64_t n = 0; n < samples; ++n) {
        std::vector<std::int64_t> labels;
        const std::int64_t positions = whole_at(call.in[2], n);
        if (!read(call, n, labels)) return;
        const Alignment<T> alignment(call.in[0].as<const T>() + n * classes, samples * classes, positions,
                                     std::move(labels), blank);
        const std::vector<double> alpha = alignment.forward();
        const double total = alignment.total(alpha);
        if (call.out[0].data)
          call.out[0].as<T>()[n] = narrow<T>(total == nothing && zero_infinity ? 0 : -total);
        if (!slopes || !(total > nothing)) continue;
        std::vector<double> shares(static_cast<std::size_t>(positions * classes), 0);
        alignment.aligned(alpha, [&](std::int64_t t, std::int64_t c, double way) {
          shares[static_cast<std::size_t>(t * classes + c)] -= std::exp(way - total);
        });
        for (std::int64_t t = 0; t < positions; ++t) {
          for (std::int64_t c = 0; c < classes; ++c)
            slopes[(t * samples + n) * classes + c] =
                narrow<T>(shares[static_cast<std::size_t>(t * classes + c)]);
        }
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor each = unsqueeze(c.g[0], -1);
    return {c.out[1] * each, Tensor(), Tensor(), Tensor()};
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    const std::int64_t limit = error.limit / offenses;
    switch (error.limit % offenses) {
      case input_length:
        throw IndexError(
            fmt::format("ctc_loss: the input length {} of sample {} is out of range; expected 0 to {}",
                        error.value.to_string(), error.position, limit));
      case target_length:
        throw IndexError(
            fmt::format("ctc_loss: the target length {} of sample {} is out of range; expected 0 to {}",
                        error.value.to_string(), error.position, limit));
      default:
        throw IndexError(
            fmt::format("ctc_loss: label {} of sample {} is not a class; expected a whole number from 0 to "
                        "{} ({} classes) "
                        "that is not the blank {}",
                        error.value.to_string(), error.position, limit - 1, limit, blank));
    }
  }

 private:
  // The labels of a sample. False when something is out of range, which is recorded.
  bool read(const ReferenceCall& call, std::int64_t n, std::vector<std::int64_t>& labels) const {
    const Shape &shape = call.in[0].type.shape, &targets = call.in[1].type.shape;
    const auto refuse = [&](std::int64_t value, std::int64_t limit, Offense offense) {
      call.status->record({n, value, limit * offenses + offense});
      return false;
    };
    const std::int64_t positions = whole_at(call.in[2], n), count = whole_at(call.in[3], n);
    if (positions < 0 || positions > shape[0]) return refuse(positions, shape[0], input_length);
    if (count < 0 || count > targets[1]) return refuse(count, targets[1], target_length);
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t label = whole_at(call.in[1], n * targets[1] + k);
      if (label < 0 || label >= shape[2] || label == blank) return refuse(label, shape[2], label_of_sample);
      labels.push_back(label);
    }
    return true;
  }
};
const Registered<CtcLoss> registered_ctc_loss;

}  // namespace

Tensor ctc_loss(const Tensor& log_probabilities, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcOptions& options) {
  const Tensor cost = make<CtcLoss>({options.blank, options.zero_infinity}, to_accumulator(log_probabilities),
                                    targets, input_lengths, target_lengths);
  return cast(cost, is_floating(log_probabilities.dtype()) ? log_probabilities.dtype() : cost.dtype());
}

}  // namespace luge
