#include "luge/optim/selection.h"

#include <algorithm>

#include "luge/nn/matches.h"

namespace luge::optim {

bool Selection::holds(std::string_view path, const Shape& shape) const {
  if (!vectors && shape.rank() < 2) return false;
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const std::string& pattern) { return nn::matches(pattern, path); });
}

}  // namespace luge::optim
