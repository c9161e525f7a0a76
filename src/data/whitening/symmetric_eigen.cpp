#include "data/whitening/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/whitening/lines_simd.h"
#include "luge/error.h"

namespace luge::data {
namespace {

// The diagonal, what is next to it, and rows of which the eigenvectors are made.
struct Tridiagonal {
  std::vector<double> diagonal, beside, rows;
};

Tridiagonal reduced(std::vector<double> a, std::size_t n) {
  Tridiagonal t{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n * n)};
  for (std::size_t k = 0; k < n; ++k) t.rows[k * n + k] = 1;
  std::vector<double> v(n), p(n), sums(n);
  for (std::size_t k = 0; k + 2 < n; ++k) {
    // The reflection that leaves of column k below the diagonal only its first element.
    double norm = 0;
    for (std::size_t i = k + 1; i < n; ++i) norm = std::hypot(norm, a[i * n + k]);
    if (norm == 0) continue;
    std::fill(v.begin(), v.end(), 0.0);
    for (std::size_t i = k + 1; i < n; ++i) v[i] = a[i * n + k];
    v[k + 1] += std::copysign(norm, v[k + 1]);
    double length = 0;
    for (std::size_t i = k + 1; i < n; ++i) length += v[i] * v[i];
    length = std::sqrt(length);
    for (std::size_t i = k + 1; i < n; ++i) v[i] /= length;
    // A - 2 v qᵀ - 2 q vᵀ with q = A v - (vᵀ A v) v.
    std::fill(p.begin(), p.end(), 0.0);
    for (std::size_t i = k + 1; i < n; ++i) add_scaled(v[i], &a[i * n + k], &p[k], n - k);
    const double share = std::inner_product(v.begin(), v.end(), p.begin(), 0.0);
    for (std::size_t i = k; i < n; ++i) p[i] -= share * v[i];
    for (std::size_t i = k; i < n; ++i) {
      add_scaled(-2 * v[i], &p[k], &a[i * n + k], n - k);
      add_scaled(-2 * p[i], &v[k], &a[i * n + k], n - k);
    }
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t i = k + 1; i < n; ++i) add_scaled(v[i], &t.rows[i * n], sums.data(), n);
    for (std::size_t i = k + 1; i < n; ++i) add_scaled(-2 * v[i], sums.data(), &t.rows[i * n], n);
  }
  for (std::size_t k = 0; k < n; ++k) {
    t.diagonal[k] = a[k * n + k];
    t.beside[k] = k + 1 < n ? a[(k + 1) * n + k] : 0;
  }
  return t;
}

// One QL step on rows first … last.
void step(Tridiagonal& t, std::size_t first, std::size_t last, std::size_t n) {
  std::vector<double>&d = t.diagonal, &e = t.beside;
  double g = (d[first + 1] - d[first]) / (2 * e[first]);
  g = d[last] - d[first] + e[first] / (g + std::copysign(std::hypot(g, 1.0), g));
  double sine = 1, cosine = 1, shift = 0;
  for (std::size_t i = last; i-- > first;) {
    const double f = sine * e[i], b = cosine * e[i], r = std::hypot(f, g);
    e[i + 1] = r;
    if (r == 0) {
      d[i + 1] -= shift;
      e[last] = 0;
      return;
    }
    sine = f / r, cosine = g / r;
    g = d[i + 1] - shift;
    const double both = (d[i] - g) * sine + 2 * cosine * b;
    shift = sine * both;
    d[i + 1] = g + shift;
    g = cosine * both - b;
    rotate(cosine, sine, &t.rows[i * n], &t.rows[(i + 1) * n], n);
  }
  d[first] -= shift;
  e[first] = g;
  e[last] = 0;
}

}  // namespace

Eigen symmetric_eigen(std::vector<double> matrix, std::size_t n) {
  constexpr int kMostSteps = 60;
  Tridiagonal t = reduced(std::move(matrix), n);
  // What is small compared with the whole matrix is 0: where there are fewer samples than numbers, most
  // values are.
  double largest = 0;
  for (std::size_t k = 0; k < n; ++k)
    largest = std::max(largest, std::abs(t.diagonal[k]) + std::abs(t.beside[k]));
  const double least = std::numeric_limits<double>::epsilon() * largest;
  for (std::size_t first = 0; first < n; ++first) {
    for (int steps = 0;; ++steps) {
      std::size_t last = first;
      while (last + 1 < n && std::abs(t.beside[last]) > least) ++last;
      if (last == first) break;
      if (steps == kMostSteps) throw StateError("whiten: the eigenvalues of the covariance do not converge");
      step(t, first, last, n);
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return t.diagonal[a] > t.diagonal[b]; });
  Eigen eigen;
  for (const std::size_t k : order) {
    eigen.values.push_back(t.diagonal[k]);
    const auto row = t.rows.begin() + static_cast<std::ptrdiff_t>(k * n);
    const double largest = *std::max_element(row, row + static_cast<std::ptrdiff_t>(n),
                                             [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double sign = largest < 0 ? -1 : 1;
    for (std::size_t i = 0; i < n; ++i) eigen.vectors.push_back(sign * row[static_cast<std::ptrdiff_t>(i)]);
  }
  return eigen;
}

}  // namespace luge::data
