#include "autodiff/slope.h"

#include <cmath>
#include <limits>

namespace luge {
namespace {

using Verdict = Judgment::Verdict;

// A loss is rounded a few times for each of its terms.
constexpr double kRoundings = 32;
constexpr double kFirstShrink = 4, kShrink = 16;
constexpr int kSteps = 5;

struct Slopes {
  double central = 0;
  double jump = 0;  // between the slopes from both sides
  double step = 0;
};

Slopes measure(const Way& way, const std::vector<double>& start, const std::vector<double>& weights,
               double step) {
  const std::vector<double> above = way.at(step), below = way.at(-step);
  double forward = 0, backward = 0, both = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    forward += weights[i] * (above[i] - start[i]);
    backward += weights[i] * (start[i] - below[i]);
    both += weights[i] * (above[i] - below[i]);
  }
  const double up = way.taken(step), down = -way.taken(-step);
  return {both / (up + down), std::abs(forward / up - backward / down), step};
}

}  // namespace

Judgment judge(const Way& way, const std::vector<double>& start, const std::vector<double>& weights,
               double gradient, const SlopeOptions& options) {
  const auto rounding = [&](double step) {
    return std::numeric_limits<double>::epsilon() * options.magnitude / step;
  };
  const auto noise = [&](double step) { return kRoundings * rounding(step); };
  Slopes wide = measure(way, start, weights, options.step);
  double off = std::abs(wide.central - gradient);
  if (!std::isfinite(off))
    return {Verdict::differs, wide.central, std::numeric_limits<double>::infinity(), wide.step};
  if (off <= options.allowed) {
    // The results themselves are rounded once.
    return {Verdict::agrees, wide.central, std::max(0.0, off - rounding(wide.step)), wide.step};
  }
  const Slopes first = wide;
  const double first_off = off;
  bool smooth = first.jump <= off && 10 * noise(first.step) <= off;
  for (int count = 1; count < kSteps; ++count) {
    const Slopes close = measure(way, start, weights, wide.step / (count == 1 ? kFirstShrink : kShrink));
    const double hidden = noise(close.step);
    off = std::abs(close.central - gradient);
    if (!std::isfinite(off) || hidden > options.finest) break;
    if (off <= options.allowed + hidden)
      return {Verdict::agrees, close.central, std::max(0.0, off - hidden), close.step};
    const bool stays = std::abs(close.central - wide.central) <= 0.1 * off;
    if (stays && close.jump <= 0.5 * off && hidden <= 0.1 * off)
      return {Verdict::differs, close.central, off, close.step};
    // Where the function is smooth the jump shrinks with the step.
    const double shrunk = close.step / wide.step;
    const bool as_smooth =
        std::abs(close.jump - shrunk * wide.jump) <= 0.4 * shrunk * std::max(wide.jump, off) + hidden;
    smooth = (smooth || count == 1) && as_smooth;
    wide = close;
  }
  // There is no sign of a kink, so the gradient is wrong.
  if (smooth) return {Verdict::differs, first.central, first_off, first.step};
  return {Verdict::unresolved, wide.central, off, wide.step};
}

}  // namespace luge
