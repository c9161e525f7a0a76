// One-sided Jacobi rotations (Hestenes 1958): rows are rotated in pairs until all are orthogonal; their
// lengths are the singular values. Small values are as accurate as large ones (Demmel and Veselić 1992).
#include "ops/singular_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace luge {
namespace {

constexpr int kMostSweeps = 60;  // about 10 are needed

// In four sums, which do not wait for each other.
double product_of(const double* a, const double* b, std::int64_t length) {
  double sums[4] = {};
  std::int64_t i = 0;
  for (; i + 4 <= length; i += 4) {
    for (std::int64_t k = 0; k < 4; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < length; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void rotate(double* a, double* b, std::int64_t length, double cosine, double sine) {
  for (std::int64_t i = 0; i < length; ++i) {
    const double x = a[i], y = b[i];
    a[i] = cosine * x - sine * y;
    b[i] = sine * x + cosine * y;
  }
}

// The vectors, and how they are made of the rows of the matrix: vectors = turns · rows.
struct Rows {
  std::int64_t count, length;
  std::vector<double> vectors, turns;
  double* vector(std::int64_t k) { return vectors.data() + k * length; }
  double* turn(std::int64_t k) { return turns.data() + k * count; }

  // Makes two vectors orthogonal; false when they are so already.
  bool orthogonalize(std::int64_t p, std::int64_t q, double tolerance) {
    double *a = vector(p), *b = vector(q);
    const double aa = product_of(a, a, length), bb = product_of(b, b, length), ab = product_of(a, b, length);
    if (std::abs(ab) <= tolerance * std::sqrt(aa) * std::sqrt(bb)) return false;
    const double zeta = (bb - aa) / (2 * ab);
    const double tangent = std::copysign(1.0, zeta) / (std::abs(zeta) + std::hypot(1.0, zeta));
    const double cosine = 1 / std::sqrt(1 + tangent * tangent);
    rotate(a, b, length, cosine, cosine * tangent);
    rotate(turn(p), turn(q), count, cosine, cosine * tangent);
    return true;
  }
  void run() {
    const double tolerance = std::numeric_limits<double>::epsilon() *
                             std::sqrt(static_cast<double>(std::max<std::int64_t>(length, 1)));
    for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
      bool turned = false;
      for (std::int64_t p = 0; p < count; ++p) {
        for (std::int64_t q = p + 1; q < count; ++q) turned |= orthogonalize(p, q, tolerance);
      }
      if (!turned) return;
    }
  }
};

// A unit vector that is orthogonal to the first `count` rows of `vectors`, as row `count`.
void complete(std::vector<double>& vectors, std::int64_t count, std::int64_t length) {
  double* made = vectors.data() + count * length;
  std::vector<double> tried(static_cast<std::size_t>(length));
  double longest = -1;
  for (std::int64_t axis = 0; axis < length; ++axis) {
    std::fill(tried.begin(), tried.end(), 0.0);
    tried[static_cast<std::size_t>(axis)] = 1;
    for (int again = 0; again < 2; ++again) {  // twice is enough for orthogonality to the last digit
      for (std::int64_t k = 0; k < count; ++k) {
        const double* row = vectors.data() + k * length;
        const double along = product_of(row, tried.data(), length);
        for (std::int64_t i = 0; i < length; ++i) tried[static_cast<std::size_t>(i)] -= along * row[i];
      }
    }
    const double size = std::sqrt(product_of(tried.data(), tried.data(), length));
    if (size <= longest) continue;
    longest = size;
    std::transform(tried.begin(), tried.end(), made, [size](double x) { return x / size; });
  }
}

}  // namespace

void decompose_singular(std::span<const double> matrix, std::int64_t m, std::int64_t n,
                        SingularParts& parts) {
  const bool wide = m < n;
  Rows rows{std::min(m, n), std::max(m, n), {}, {}};
  const std::int64_t k = rows.count, length = rows.length;
  const auto size = [](std::int64_t count) { return static_cast<std::size_t>(count); };
  parts.u.assign(size(m * k), 0);
  parts.s.assign(size(k), 0);
  parts.vh.assign(size(k * n), 0);
  double scale = 0;  // so that no square overflows or vanishes
  bool finite = true;
  for (const double x : matrix) {
    finite &= std::isfinite(x);
    scale = std::max(scale, std::abs(x));
  }
  if (!finite) {
    for (auto* part : {&parts.u, &parts.s, &parts.vh})
      std::fill(part->begin(), part->end(), std::numeric_limits<double>::quiet_NaN());
    return;
  }
  if (scale == 0) scale = 1;
  rows.vectors.resize(size(k * length));
  for (std::int64_t r = 0; r < k; ++r) {
    for (std::int64_t i = 0; i < length; ++i)
      rows.vector(r)[i] = matrix[size(wide ? r * n + i : i * n + r)] / scale;
  }
  rows.turns.assign(size(k * k), 0);
  for (std::int64_t r = 0; r < k; ++r) rows.turn(r)[r] = 1;
  rows.run();

  std::vector<double> lengths(size(k));
  for (std::int64_t r = 0; r < k; ++r)
    lengths[size(r)] = std::sqrt(product_of(rows.vector(r), rows.vector(r), length));
  std::vector<std::int64_t> order(size(k));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return lengths[size(a)] > lengths[size(b)]; });
  std::vector<double> units(size(k * length));
  for (std::int64_t j = 0; j < k; ++j) {
    const std::int64_t r = order[size(j)];
    const double own = lengths[size(r)];
    parts.s[size(j)] = own * scale;
    if (own == 0) {
      complete(units, j, length);
      continue;
    }
    for (std::int64_t i = 0; i < length; ++i) units[size(j * length + i)] = rows.vector(r)[i] / own;
  }
  for (std::int64_t j = 0; j < k; ++j) {
    const double* unit = units.data() + j * length;
    const double* turn = rows.turn(order[size(j)]);
    const double* left = wide ? turn : unit;
    const double* right = wide ? unit : turn;
    const double* peak =
        std::max_element(left, left + m, [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double sign = *peak < 0 ? -1 : 1;
    for (std::int64_t i = 0; i < m; ++i) parts.u[size(i * k + j)] = sign * left[i];
    for (std::int64_t i = 0; i < n; ++i) parts.vh[size(j * n + i)] = sign * right[i];
  }
}

}  // namespace luge
