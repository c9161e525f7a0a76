#include "ops/factor.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace luge {
namespace {

// Moves the pivot of step k to the diagonal. NaN is taken first, so that it is not lost.
void bring_pivot(LuFactors& f, std::int64_t k, Pivoting pivoting) {
  std::int64_t row = k, column = k;
  double largest = -1;
  const std::int64_t last = pivoting == Pivoting::complete ? f.n : k + 1;
  for (std::int64_t i = k; i < f.n; ++i) {
    for (std::int64_t j = k; j < last; ++j) {
      const double size = std::abs(f.row(i)[j]);
      if (std::isnan(largest) || size <= largest) continue;
      largest = size, row = i, column = j;
    }
  }
  if (row != k) {
    std::swap_ranges(f.row(k), f.row(k) + f.n, f.row(row));
    std::swap(f.rows[static_cast<std::size_t>(k)], f.rows[static_cast<std::size_t>(row)]);
    f.sign = -f.sign;
  }
  if (column != k) {
    for (std::int64_t i = 0; i < f.n; ++i) std::swap(f.row(i)[k], f.row(i)[column]);
    std::swap(f.columns[static_cast<std::size_t>(k)], f.columns[static_cast<std::size_t>(column)]);
    f.sign = -f.sign;
  }
}

}  // namespace

void factor(std::span<const double> matrix, std::int64_t n, Pivoting pivoting, LuFactors& f) {
  f.n = n;
  f.lu.assign(matrix.begin(), matrix.end());
  f.rows.resize(static_cast<std::size_t>(n));
  std::iota(f.rows.begin(), f.rows.end(), 0);
  f.columns = f.rows;
  f.sign = 1;
  f.stuck = -1;
  for (std::int64_t k = 0; k < n; ++k) {
    bring_pivot(f, k, pivoting);
    const double* pivot = f.row(k);
    if (pivot[k] == 0) {
      f.stuck = k;
      return;
    }
    for (std::int64_t i = k + 1; i < n; ++i) {
      double* row = f.row(i);
      const double times = row[k] /= pivot[k];
      for (std::int64_t j = k + 1; j < n; ++j) row[j] -= times * pivot[j];
    }
  }
}

void solve_factored(const LuFactors& f, std::span<const double> b, std::int64_t k, std::span<double> x) {
  const auto line = [&](std::int64_t i) { return x.data() + i * k; };
  const auto subtract = [k](double* from, const double* what, double times) {
    for (std::int64_t c = 0; c < k; ++c) from[c] -= times * what[c];
  };
  for (std::int64_t i = 0; i < f.n; ++i) {
    std::copy_n(b.data() + f.rows[static_cast<std::size_t>(i)] * k, k, line(i));
    for (std::int64_t j = 0; j < i; ++j) subtract(line(i), line(j), f.row(i)[j]);
  }
  for (std::int64_t i = f.n; i-- > 0;) {
    for (std::int64_t j = i + 1; j < f.n; ++j) subtract(line(i), line(j), f.row(i)[j]);
    for (std::int64_t c = 0; c < k; ++c) line(i)[c] /= f.row(i)[i];
  }
}

// With a = Pᵀ·L·U·Qᵀ the adjugate is ±Q·adj(U)·L⁻¹·P, and that of U = [V w; 0 u] is det(V)·[u·V⁻¹ -V⁻¹·w; 0
// 1], which needs no inverse of u: it is right for matrices of rank n-1, too.
void cofactors_of(const LuFactors& f, std::span<double> cofactors) {
  const std::int64_t n = f.n;
  std::fill(cofactors.begin(), cofactors.end(), 0.0);
  if (n == 0 || (f.stuck >= 0 && f.stuck < n - 1)) return;  // of rank n-2 and less they are 0
  double scale = f.sign;
  for (std::int64_t i = 0; i + 1 < n; ++i) scale *= f.row(i)[i];
  std::vector<double> y(static_cast<std::size_t>(n));
  for (std::int64_t column = 0; column < n; ++column) {  // of L⁻¹, in the order of the pivots
    std::fill(y.begin(), y.end(), 0.0);
    y[static_cast<std::size_t>(column)] = 1;
    for (std::int64_t i = column + 1; i < n; ++i) {
      double& sum = y[static_cast<std::size_t>(i)];
      for (std::int64_t j = column; j < i; ++j) sum -= f.row(i)[j] * y[static_cast<std::size_t>(j)];
    }
    const double last = y[static_cast<std::size_t>(n - 1)], u = f.row(n - 1)[n - 1];
    for (std::int64_t i = n - 1; i-- > 0;) {
      double sum = u * y[static_cast<std::size_t>(i)] - f.row(i)[n - 1] * last;
      for (std::int64_t j = i + 1; j + 1 < n; ++j) sum -= f.row(i)[j] * y[static_cast<std::size_t>(j)];
      y[static_cast<std::size_t>(i)] = sum / f.row(i)[i];
    }
    // The adjugate's column belongs to row `rows[column]` of the matrix, whose cofactors are in that row.
    double* to = cofactors.data() + f.rows[static_cast<std::size_t>(column)] * n;
    for (std::int64_t i = 0; i < n; ++i)
      to[f.columns[static_cast<std::size_t>(i)]] = scale * y[static_cast<std::size_t>(i)];
  }
}

}  // namespace luge
