// What searches share: iterations of a direction and a line search until a tolerance is met.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "luge/optim/searches.h"
#include "optim/line_search.h"

namespace luge::optim {

/// Lists the members of SearchOptions.
inline void list_search(auto& self, auto&& field) {
  using namespace options;
  field("iterations", self.iterations, "line searches of a step at most", at_least(1),
        elsewhere({"max_iter", "max_iterations"}));
  field("evaluations", self.evaluations, "evaluations of a step at most; 0: 5/4 of the iterations",
        at_least(0), elsewhere({"max_eval"}));
  field("gradient_tolerance", self.gradient_tolerance, "stop when no element of the gradient is larger",
        at_least(0), elsewhere({"tolerance_grad", "gtol", "tol"}));
  field("change_tolerance", self.change_tolerance, "stop when neither weights nor loss change more",
        at_least(0), elsewhere({"tolerance_change", "ftol"}));
}

/// Iterates from `at`. `methods` gives a direction for the point, whether that was begun again along the
/// gradient, the first length to try, and learns from each move:
///
///     bool direction(const Search::Point& at, Search::Vector& d);   // true: along the gradient alone
///     double length(const Search::Point& at, const Search::Vector& d, double rate, bool first);
///     void moved(const Search::Point& from, const Search::Point& to);
///     void forget();                                                // begin again
template <class Method>
Searched descend(const Search::Function& function, Search::Point& at, const SearchOptions& options,
                 double curvature, double rate, Method& method) {
  Searched result{.before = at.loss, .evaluations = 1};
  const std::int64_t most = options.evaluations > 0 ? options.evaluations : options.iterations * 5 / 4 + 1;
  Search::Vector d;
  Search::Point to;
  result.converged = largest(at.gradient) <= options.gradient_tolerance;
  while (!result.converged && result.iterations < options.iterations && result.evaluations < most) {
    const bool plain = method.direction(at, d);
    const double first = method.length(at, d, rate, plain);
    const double length = line_search(
        function, at, d, first,
        {.curvature = curvature, .evaluations = std::max<std::int64_t>(25, most - result.evaluations)}, to,
        result.evaluations);
    if (length == 0) {
      result.converged = plain;  // no digits are left: neither weights nor loss change any more
      method.forget();
      continue;
    }
    ++result.iterations;
    method.moved(at, to);
    const double change = std::abs(at.loss - to.loss), move = length * largest(d);
    std::swap(at, to);
    result.converged = largest(at.gradient) <= options.gradient_tolerance ||
                       change <= options.change_tolerance || move <= options.change_tolerance;
  }
  result.after = at.loss;
  result.gradient = std::sqrt(dot(at.gradient, at.gradient));
  return result;
}

}  // namespace luge::optim
