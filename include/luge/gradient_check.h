// gradient_check: compares the gradients of a function with differences of its values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "luge/named_tensors.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge {

/// Options of gradient_check.
struct GradientCheckOptions {
  double step = 6e-6;           ///< an element x moves by step · max(1, |x|)
  double tolerance = 1e-7;      ///< the largest max_error and the largest relative that pass
  double kinks_allowed = 0.01;  ///< the share of the elements that may be skipped
  std::int64_t elements = 0;    ///< how many elements of each target are tried, spread evenly; 0: all
  /// The number of random directions tried before the elements. The targets are divided into that many
  /// groups, and all elements of a group move at once, up or down: a few evaluations compare the gradients of
  /// a whole group. 0: none; at most one direction for each target.
  std::int64_t directions = 0;
  /// Called after each direction and element with the number done and the number in total. The check ends
  /// early when it returns false. Elements are tried in rounds over the targets, so that an early end has
  /// tried some of each target.
  std::function<bool(std::int64_t done, std::int64_t total)> progress = {};
};

/// The two gradients of one element.
struct GradientEntry {
  std::string path;  ///< "input 0", "input 'name'", or the name of the Variable; of a direction all of them
  std::int64_t index = 0;  ///< the row-major position of the element; -1: a direction
  double analytic = 0;     ///< the gradient that grad gives
  double numeric = 0;      ///< the difference quotient
};

/// The result of gradient_check.
struct GradientReport {
  double max_error = 0;  ///< max |analytic - numeric| / max(1, max |analytic|), of the worst target
  double relative = 0;   ///< ‖analytic - numeric‖ / (‖analytic‖ + ‖numeric‖), of the worst target
  std::int64_t checked = 0;             ///< the number of elements that were compared
  std::int64_t elements = 0;            ///< the number of elements of all targets
  std::int64_t directions = 0;          ///< the number of directions that were compared
  std::int64_t wrong_directions = 0;    ///< the number of directions whose slopes differ
  std::int64_t skipped_directions = 0;  ///< directions next to a kink at every step that rounding leaves
  std::int64_t untried = 0;             ///< elements and directions left out because progress ended the check
  std::int64_t skipped = 0;  ///< the number of elements at a kink, where the slopes from both sides differ
  std::vector<std::string> uncovered;  ///< targets no part of whose gradient was compared
  std::vector<GradientEntry> worst;    ///< at most 5 entries, the largest differences first
  bool passed = false;                 ///< max_error, relative and skipped are within the options
  /// Returns the report as text; the worst entries are listed when the check failed.
  std::string to_string() const;
};

/// Compares the gradient of a function with central differences of its values. What is differentiated is
/// Σ w·function(inputs), where w is a fixed pattern in ±[0.5, 1] over all floating results, scaled so that
/// the largest gradient of each target is at least 0.1. The gradient counts as 0 where grad finds no path.
/// Where a difference does not agree, the step is made shorter: a kink within it falls out, and what rounding
/// hides at that step is allowed. What rounding would hide before the kink falls out is skipped. Inputs and
/// results must be float64, integer or bool; only the float64 inputs are checked. Throws DTypeError for other
/// floating dtypes, and what `function` throws.
///
///     GradientReport report = gradient_check([](const Tensors& in) { return Tensors{tanh(in[0])}; }, {x});
GradientReport gradient_check(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs,
                              const GradientCheckOptions& options = {});
/// Does the same for a function of tensors with names, which name the entries of the report and the errors.
GradientReport gradient_check(const std::function<NamedTensors(const NamedTensors&)>& function,
                              const NamedTensors& inputs, const GradientCheckOptions& options = {});
/// Compares the gradients with respect to float64 Variables that `function` reads. The Variables have their
/// values again afterwards. Throws as above.
GradientReport gradient_check(const std::function<Tensors()>& function, const Variables& variables,
                              const GradientCheckOptions& options = {});

}  // namespace luge
