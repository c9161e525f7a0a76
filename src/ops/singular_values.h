// The singular value decomposition of one matrix in float64, row-major: the loop of svd.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace luge {

/// u [m,k], s [k] and vh [k,n] of a matrix [m,n]; k is the smaller extent.
struct SingularParts {
  std::vector<double> u, s, vh;
};
/// Memory of `parts` is used again. All of them are NaN where the matrix is not finite.
void decompose_singular(std::span<const double> matrix, std::int64_t m, std::int64_t n, SingularParts& parts);

}  // namespace luge
