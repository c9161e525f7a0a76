// The work of gradient_check, for a function whose inputs are numbered targets.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "luge/gradient_check.h"

namespace luge::gradient_checker {

using Values = std::vector<double>;

/// A function of numbered targets whose elements can be moved.
struct Subject {
  std::function<Tensors()> run;                            // with the present values of the targets
  std::function<Tensors()> targets;                        // the tensors that grad is asked for
  std::function<void(std::size_t, const Values&)> assign;  // new elements for a target
  std::vector<std::string> paths;
  std::vector<Values> values;
};

/// Throws DTypeError for floating dtypes other than float64.
void check_dtype(const Tensor& tensor, std::string_view what);

GradientReport check(const Subject& subject, const GradientCheckOptions& options);

}  // namespace luge::gradient_checker
