// gradient_check: are the gradients of a function what its values say?
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge {

struct GradientCheckOptions {
  double step = 6e-6;           // h = step · max(1, |x|)
  double tolerance = 1e-7;      // for max_error and relative
  double kinks_allowed = 0.01;  // the part of the elements that may be skipped
  std::int64_t elements = 0;    // tried of each target, spread evenly; 0: all
  /// Random directions that are tried before the elements: the targets are dealt out to so many groups, and
  /// all elements of a group move at once, up or down. Two evaluations or a few more compare the gradients of
  /// a whole group; 0: none, at most one for each target.
  std::int64_t directions = 0;
  /// Told after each direction and element, how many are done and how many there will be; false ends the
  /// check with what was tried. Elements are tried in rounds over the targets, so that an early end has seen
  /// all of them.
  std::function<bool(std::int64_t done, std::int64_t total)> progress = {};
};

struct GradientEntry {
  std::string path;        // "input 0", or the Variable's name; of a direction all of them
  std::int64_t index = 0;  // -1: a direction
  double analytic = 0;
  double numeric = 0;
};

struct GradientReport {
  double max_error = 0;  // max |analytic - numeric| / max(1, max |analytic|), of the worst target
  double relative = 0;   // ‖analytic - numeric‖ / (‖analytic‖ + ‖numeric‖), of the worst target
  std::int64_t checked = 0;
  std::int64_t elements = 0;    // of all targets together
  std::int64_t directions = 0;  // compared
  std::int64_t wrong_directions = 0;
  std::int64_t skipped_directions = 0;  // next to a kink at every step that rounding leaves
  std::int64_t untried = 0;             // elements and directions, because progress ended the check
  std::int64_t skipped = 0;             // elements next to a kink
  std::vector<std::string> uncovered;   // targets no part of whose gradient was compared
  std::vector<GradientEntry> worst;     // largest differences first, at most 5
  bool passed = false;
  std::string to_string() const;
};

/// Compares the gradient of Σ w·function(inputs), w a fixed pattern in ±[0.5, 1] over all floating results,
/// with central differences of the values. Where grad finds no path the analytic gradient is 0. The weights
/// are scaled so that each target's largest gradient is at least 0.1. Where a difference does not agree, the
/// step is made shorter: a kink within it falls out, and what rounding hides at that step is allowed; what
/// rounding would hide before the kink falls out is skipped. Inputs and results must be float64,
/// integer or bool; only the float64 inputs are checked. Throws DTypeError for other floating dtypes and what
/// `function` throws.
GradientReport gradient_check(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs,
                              const GradientCheckOptions& options = {});
/// The same with respect to float64 Variables that `function` reads; they hold their values again afterwards.
GradientReport gradient_check(const std::function<Tensors()>& function, const Variables& variables,
                              const GradientCheckOptions& options = {});

}  // namespace luge
