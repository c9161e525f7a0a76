// Slopes of a function along a direction, computed from values, and their comparison with a gradient.
#pragma once

#include <functional>
#include <vector>

namespace luge {

/// Σ of the results, each times its weight, at a distance along the way (negative: backward), minus the
/// same at the start. Differences are taken before anything is summed, so that little is lost.
struct Way {
  std::function<std::vector<double>(double distance)> at;  // all results, one after another
  std::function<double(double distance)> taken;            // the distance as it is rounded
};

struct SlopeOptions {
  double step = 0;       // the first distance
  double allowed = 0;    // between slope and gradient
  double finest = 0;     // what rounding may hide at most
  double magnitude = 0;  // Σ |weight · result|, for what rounding hides
};

struct Judgment {
  enum class Verdict : unsigned char { agrees, differs, unresolved } verdict = Verdict::unresolved;
  double slope = 0;
  double off = 0;   // between slope and gradient, beyond what rounding explains; infinite: not a number
  double step = 0;  // the distance at which this was found
};

/// Compares the slope at the start of the way with `gradient`. A kink within the step shows in slopes from
/// both sides that differ and do not approach each other as they do where the function is smooth: then the
/// step is made shorter, until kinks are outside it or rounding hides the slope (`unresolved`). A gradient
/// differs when the slope stays away from it while the step shrinks.
Judgment judge(const Way& way, const std::vector<double>& start, const std::vector<double>& weights,
               double gradient, const SlopeOptions& options);

}  // namespace luge
