// An op case: one row that says how to call an op and on what, and serves every check of it: values against
// golden ones and between backends, dtypes, gradients, and specialization from an unknown batch.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "luge/tensor.h"

namespace luge::testing {

/// One input and where its elements come from; the same numbers on every machine.
struct Input {
  enum class Kind { uniform, distinct, sparse, index, truth };
  Shape shape;
  double low = -2, high = 2;
  Kind kind = Kind::uniform;
};
/// Floating elements in [low, high).
Input uniform(const Shape& shape, double low = -2, double high = 2);
/// Floating elements no two of which are near each other, for ops that compare.
Input distinct(const Shape& shape, double low = -2, double high = 2);
/// Floating elements every third of which is 0.
Input sparse(const Shape& shape, double low = -2, double high = 2);
/// i64 elements in [0, limit).
Input indices(const Shape& shape, std::int64_t limit);
Input truths(const Shape& shape);

using Inputs = std::vector<Input>;

struct OpCase {
  std::string name;  // "sum" or "sum/axis 1"
  std::function<Tensors(const Tensors&)> build;
  std::vector<Inputs>
      inputs;  // each a list of the op's inputs: ordinary, broadcast, odd, zero-size, rank 0 …
  bool gradient = true;
  bool second = true;     // the gradient is differentiable too
  bool integers = false;  // takes integer tensors in place of the floating ones
  bool halves = true;     // compared in the 16-bit dtypes
  bool floats = true;     // compared in float32
  bool batch = true;      // serves any extent of axis 0, for inputs that share the first one's
  bool golden = true;     // values stand in a file of tests/golden; false: nobody else defines them
  double tolerance =
      1e-12;  // of values in float64, relative to the largest; float32 and 16-bit get their own
};

/// Every row linked into the program, by name.
const std::vector<OpCase>& op_cases();
/// The same for a parametrized test, and a name for each that gtest takes.
std::vector<const OpCase*> all_rows();
std::string name_of_row(const ::testing::TestParamInfo<const OpCase*>& info);

/// Rows register themselves: `const OpCases cases = { {…}, {…} };` in tests/ops/cases/.
struct OpCases {
  OpCases(std::initializer_list<OpCase> cases);
  explicit OpCases(const std::vector<OpCase>& cases);
};

/// A row of sums of products: they lose digits in 16 bits, and are compared in float32 and float64.
OpCase product_row(std::string name, std::function<Tensors(const Tensors&)> build,
                   std::vector<Inputs> inputs);

/// Elements for an input: f64 for floating ones, i64 for indices, bool for truths.
Tensor elements(const Input& input, std::string_view seed);
Tensors elements(const Inputs& inputs, std::string_view seed);

/// Shorthands for functions of one and two tensors.
std::function<Tensors(const Tensors&)> of_one(std::function<Tensor(const Tensor&)> f);
std::function<Tensors(const Tensors&)> of_two(std::function<Tensor(const Tensor&, const Tensor&)> f);
std::function<Tensors(const Tensors&)> of_three(
    std::function<Tensor(const Tensor&, const Tensor&, const Tensor&)> f);

}  // namespace luge::testing
