// Random inputs, and a comparison of two tensors element by element.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "luge/ops/math.h"
#include "luge/ops/random.h"

namespace luge::testing {

inline Tensor normal(const Shape& shape) { return random::normal(shape, 0, 1, f64); }

inline void expect_near(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  ASSERT_EQ(a.shape(), b.shape());
  const auto x = cast(a, f64).to_vector<double>(), y = cast(b, f64).to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_NEAR(x[i], y[i], tolerance * std::max(1.0, std::abs(y[i]))) << "element " << i;
}

}  // namespace luge::testing
