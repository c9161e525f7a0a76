#include "experiment/near_zero.h"

#include <algorithm>
#include <cmath>

namespace luge::experiment {

NearZero near_zero(const nn::Module& net) {
  NearZero found;
  for (const Variable& parameter : net.parameters()) {
    if (parameter.shape().rank() < 2) continue;
    const auto values = parameter.value().to_vector<double>();
    found.weights += static_cast<std::int64_t>(values.size());
    found.near += std::count_if(values.begin(), values.end(),
                                [](double value) { return std::abs(value) <= kNearZero; });
  }
  return found;
}

}  // namespace luge::experiment
