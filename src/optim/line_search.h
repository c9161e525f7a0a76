// Line searches: how far to go along a direction.
#pragma once

#include <cstdint>

#include "luge/optim/search.h"

namespace luge::optim {

double dot(const Search::Vector& a, const Search::Vector& b);
double largest(const Search::Vector& a);  // magnitude

struct LineSearchOptions {
  double decrease = 1e-4;         // c₁ of the Wolfe conditions
  double curvature = 0.9;         // c₂
  double shortest = 1e-16;        // intervals in which no weight moves more end the search
  std::int64_t evaluations = 25;  // at most
};

/// Searches for a length t from `from` along `direction`, at first `length`, with the strong Wolfe conditions
/// f(t) ≤ f(0) + c₁·t·f'(0) and |f'(t)| ≤ c₂·|f'(0)|, and moves `to` there. Without one it takes the best
/// length with the first condition. Returns the length, or 0 when there is none; adds to `evaluations`.
double line_search(const Search::Function& function, const Search::Point& from,
                   const Search::Vector& direction, double length, const LineSearchOptions& options,
                   Search::Point& to, std::int64_t& evaluations);

}  // namespace luge::optim
