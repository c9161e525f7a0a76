// Golden values: what other libraries make of the same inputs. tests/golden/goldens.py writes them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "luge/tensor.h"

namespace luge::testing {

/// One case of a row: inputs and results, and the gradients of Σ out·seed where it has some.
struct Golden {
  std::string row;
  Tensors in, out;
  Tensors seed;      // one for each result; empty where it has no gradient
  Tensors gradient;  // one for each input; empty for those that are not floating
};

/// The cases of tests/golden/NAME: a file, or all files of a folder.
std::vector<Golden> read_goldens(const std::string& name);

/// Whether the golden has gradients.
bool has_gradients(const Golden& golden);

/// Computes results and gradients and compares them, relative to the larger of 1 and the largest element.
void expect_golden(const Golden& golden, const std::function<Tensors(const Tensors&)>& build,
                   double tolerance = 1e-12);

/// Compares one tensor as expect_golden does.
void expect_golden_tensor(const Tensor& got, const Tensor& wanted, double tolerance, const std::string& what);

/// The largest relative errors that expect_golden met in this process.
struct GoldenErrors {
  double value = 0, gradient = 0;
  int values = 0, gradients = 0;  // how many tensors were compared
};
const GoldenErrors& golden_errors();

}  // namespace luge::testing
