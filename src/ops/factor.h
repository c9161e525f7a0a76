// Factorizations of one matrix in float64, row-major: the loops of solve and det.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace luge {

/// Which matrix entries elimination takes as pivots.
enum class Pivoting : std::uint8_t {
  partial,   // the largest of a column
  complete,  // the largest of all that are left
};

/// Row i and column j of L·U are row rows[i] and column columns[j] of the matrix. L has ones on its diagonal
/// and is stored below that of U.
struct LuFactors {
  std::int64_t n = 0;
  std::vector<double> lu;
  std::vector<std::int64_t> rows, columns;
  double sign = 1;          // of both permutations
  std::int64_t stuck = -1;  // the first pivot that is 0, where elimination ended; -1: none

  const double* row(std::int64_t i) const { return lu.data() + i * n; }
  double* row(std::int64_t i) { return lu.data() + i * n; }
};
/// Factors a matrix [n,n]; memory of `factors` is used again.
void factor(std::span<const double> matrix, std::int64_t n, Pivoting pivoting, LuFactors& factors);

/// The x [n,k] with a·x = b for the matrix that was factored, which is not singular.
void solve_factored(const LuFactors& factors, std::span<const double> b, std::int64_t k, std::span<double> x);

/// The cofactors [n,n] of a matrix that was factored with complete pivoting, which may be singular.
void cofactors_of(const LuFactors& factors, std::span<double> cofactors);

}  // namespace luge
