#include "fuzz/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace luge::fuzz {
namespace {

// How far off is allowed, against the largest element and against the root of the sum of squares.
struct Bounds {
  double most = 0, square = 0;
};

Bounds bounds_of(const Case& c, const Mode& mode, const Wanted& wanted) {
  double largest = 0, square = 0;
  for (double value : wanted.values) {
    if (!std::isfinite(value)) continue;
    largest = std::max(largest, std::abs(value));
    square += value * value;
  }
  square = std::sqrt(square);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (mode.narrow) return {infinity, 12 * wanted.coarse_square + 0.1 * square + 1e-3};
  if (c.has_halves()) return {infinity, 12 * wanted.fine_square + 0.02 * square + 1e-3};
  if (mode.real == f64) return {1e-8 * wanted.fine + 1e-11 * largest + 1e-13, infinity};
  // A step gives its gradients as a difference of values up to 2.
  const double difference = mode.way == Way::step ? 1e-6 : 0;
  return {10 * wanted.fine + 2e-5 * largest + difference + 1e-6, infinity};
}

std::string name_of(const Case& c, std::size_t k) {
  if (k < c.outputs.size()) return fmt::format("output v{}", c.outputs[k]);
  return fmt::format("gradient of v{}", c.gradients[k - c.outputs.size()]);
}

// A guarded step must not be taken along a gradient that is not finite.
bool rightly_refused(const Case& c, const Mode& mode, const Expected& expected) {
  if (mode.way != Way::step || mode.update != Update::guarded) return false;
  return std::any_of(expected.results.begin() + static_cast<std::ptrdiff_t>(c.outputs.size()),
                     expected.results.end(), [](const Wanted& wanted) {
                       return !std::all_of(wanted.values.begin(), wanted.values.end(),
                                           [](double value) { return std::isfinite(value); });
                     });
}

}  // namespace

std::string difference(const Case& c, const Mode& mode, const Outcome& outcome, const Expected& expected) {
  if (!outcome.error.empty()) return rightly_refused(c, mode, expected) ? "" : "threw: " + outcome.error;
  for (std::size_t k = 0; k < expected.results.size(); ++k) {
    const Wanted& wanted = expected.results[k];
    const Array& got = outcome.results[k];
    if (!(got.shape == wanted.shape))
      return fmt::format("shape of {}: {}, expected {}", name_of(c, k), got.shape.to_string(),
                         wanted.shape.to_string());
    const bool exact = !is_floating(got.dtype) && (mode.narrow ? wanted.coarse : wanted.fine) == 0;
    const Bounds bounds = exact ? Bounds{0, 0} : bounds_of(c, mode, wanted);
    double most = 0, square = 0;
    std::size_t worst = 0, bad = 0;
    for (std::size_t i = 0; i < wanted.values.size(); ++i) {
      const double a = got.values[i], b = wanted.values[i];
      if (a == b || (std::isnan(a) && std::isnan(b))) continue;
      double off = std::abs(a - b);
      if (std::isnan(off)) off = std::numeric_limits<double>::infinity();
      square += off * off;
      if (off > bounds.most) ++bad;
      if (off > most) most = off, worst = i;
    }
    square = std::sqrt(square);
    if (!is_floating(got.dtype) && !exact) continue;  // a comparison on the edge
    const bool close = most <= bounds.most && square <= bounds.square;
    if (close) continue;
    return fmt::format(
        "wrong: {} {}: element {} is {:.9g}, expected {:.9g} ({} of {} are off by more than {:.2g})",
        name_of(c, k), got.shape.to_string(), worst, got.values[worst], wanted.values[worst], bad,
        wanted.values.size(), std::isfinite(bounds.most) ? bounds.most : bounds.square);
  }
  return {};
}

}  // namespace luge::fuzz
