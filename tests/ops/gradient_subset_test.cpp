// Whatever part of an op's gradients is asked for, and of whichever of its results, the processor's backend
// gives it, and the numbers are those of all of them together. Ops stand alone and with a relu behind them,
// kept and computed again.
#include <gtest/gtest.h>

#include <algorithm>

#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "support/op_run.h"

namespace luge::testing {
namespace {

enum class Behind { nothing, relu, checkpointed_relu };

// Σ result² of the floating results, or of the one that `only` names. Empty when none is floating.
Tensor cost_of(const Tensors& results, int only) {
  Tensor cost;
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!is_floating(results[k].dtype()) || (only >= 0 && static_cast<std::size_t>(only) != k)) continue;
    const Tensor part = sum(square(results[k]));
    cost = cost.defined() ? cost + part : part;
  }
  return cost;
}

Tensors results_of(const OpCase& row, const Tensors& leaves, Behind behind) {
  const auto build = [&](const Tensors& in) {
    Tensors results = row.build(in);
    for (Tensor& result : results) {
      if (behind != Behind::nothing && is_floating(result.dtype())) result = relu(result);
    }
    return results;
  };
  return behind == Behind::checkpointed_relu ? checkpoint(build, leaves) : build(leaves);
}

// All subsets of up to four inputs, of more the single ones and the pairs.
std::vector<std::vector<std::size_t>> subsets(std::size_t inputs) {
  std::vector<std::vector<std::size_t>> found;
  if (inputs > 4) {
    for (std::size_t a = 0; a < inputs; ++a) {
      found.push_back({a});
      for (std::size_t b = a + 1; b < inputs; ++b) found.push_back({a, b});
    }
    return found;
  }
  for (std::size_t bits = 1; bits < std::size_t{1} << inputs; ++bits) {
    std::vector<std::size_t>& subset = found.emplace_back();
    for (std::size_t k = 0; k < inputs; ++k) {
      if (bits >> k & 1) subset.push_back(k);
    }
  }
  return found;
}

// Of what the reference loops give in the same dtype, which keep more digits on the way.
double tolerance_of(DType dtype) { return dtype == f64 ? 1e-8 : dtype == f32 ? 2e-3 : 0.1; }

class GradientSubsets : public ::testing::TestWithParam<const OpCase*> {
 protected:
  void check(const Inputs& inputs, DType dtype, Behind behind) {
    Tensors leaves;
    std::vector<Value> values;
    for (const Tensor& element : elements(inputs, GetParam()->name)) {
      values.push_back(value_of(is_floating(element.dtype()) ? cast(element, dtype) : element));
      leaves.push_back(argument_leaf(values.back().type, "input"));
    }
    Tensors wanted;
    std::copy_if(leaves.begin(), leaves.end(), std::back_inserter(wanted),
                 [](const Tensor& leaf) { return is_floating(leaf.dtype()); });
    const Tensors results = results_of(*GetParam(), leaves, behind);
    const auto count = static_cast<int>(results.size());
    for (int only = -1; only < (count > 1 ? count : 0); ++only) {
      const Tensor cost = cost_of(results, only);
      if (!cost.defined() || wanted.empty()) continue;
      const GradOptions options{.seed = {}, .allow_unused = true};
      Tensors roots = results;
      const Tensors all = grad(cost, wanted, options);
      roots.insert(roots.end(), all.begin(), all.end());
      std::vector<Value> right = run_graph(roots, leaves, values);
      right.erase(right.begin(), right.begin() + count);
      for (const std::vector<std::size_t>& subset : subsets(wanted.size())) {
        Tensors some;
        for (std::size_t k : subset) some.push_back(wanted[k]);
        const auto got = run_graph(grad(cost, some, options), leaves, values, {.backend = &cpu_backend()});
        for (std::size_t k = 0; k < subset.size(); ++k) {
          EXPECT_LE(distance(numbers(got[k]), numbers(right[subset[k]])), tolerance_of(dtype))
              << describe(inputs) << " " << name(dtype) << ", relu " << static_cast<int>(behind)
              << ", result " << only << ", gradient of input " << subset[k] << " of "
              << ::testing::PrintToString(subset);
        }
      }
    }
  }
};

TEST_P(GradientSubsets, EachIsGivenAndRight) {
  if (!GetParam()->gradient) return;
  for (const Inputs& inputs : GetParam()->inputs) {
    check(inputs, f64, Behind::nothing);
    if (GetParam()->halves) check(inputs, bf16, Behind::nothing);
    if (!GetParam()->floats) continue;
    for (Behind behind : {Behind::nothing, Behind::relu, Behind::checkpointed_relu})
      check(inputs, f32, behind);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, GradientSubsets, ::testing::ValuesIn(all_rows()), name_of_row);

}  // namespace
}  // namespace luge::testing
