// Eigenvalues and eigenvectors of a symmetric matrix, in float64.
#pragma once

#include <cstddef>
#include <vector>

namespace luge::data {

struct Eigen {
  std::vector<double> values;   // from the largest
  std::vector<double> vectors;  // row k is the vector of value k; its largest element is positive
};

/// `matrix` is [n, n], row-major. By Householder reflections to a tridiagonal matrix, then QL steps with
/// implicit shifts. Source: Golub and Van Loan, Matrix Computations, chapter 8. Throws StateError when it
/// does not converge.
Eigen symmetric_eigen(std::vector<double> matrix, std::size_t n);

}  // namespace luge::data
