// Parameters and inputs by a formula, the same here and in tests/golden/gallery_networks.py, so that no
// weights are stored.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "luge/nn/module.h"
#include "luge/tensor.h"

namespace luge::models::testing_formula {

/// Numbers in [-1, 1) times a factor, plus an offset: the outputs of SplitMix64 that begins at `stream`.
template <class T>
Tensor numbers(std::uint64_t stream, const Shape& shape, double factor = 1, double offset = 0) {
  std::vector<T> values(static_cast<std::size_t>(shape.elements()));
  for (T& value : values) {
    std::uint64_t z = (stream += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    value = static_cast<T>((static_cast<double>(z >> 11) * 0x1p-52 - 1) * factor + offset);
  }
  return tensor(values, shape);
}

/// Gives all parameters their numbers, in their order.
template <class T>
void fill(const nn::Model& net) {
  std::uint64_t stream = 0;
  for (const nn::NamedVariable& each : net->named_parameters()) {
    const Shape shape = each.variable.shape();
    const auto fan_in = static_cast<double>(shape.elements()) / static_cast<double>(shape[0]);
    const bool is_factor = shape.rank() == 1 && each.name.ends_with("weight");
    const double factor = shape.rank() > 1 ? std::sqrt(6 / fan_in) : 0.1;
    Variable(each.variable).assign(numbers<T>(++stream, shape, factor, is_factor ? 1 : 0));
  }
}

}  // namespace luge::models::testing_formula
