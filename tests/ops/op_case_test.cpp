// Every op case, held against every check. A failing row is run alone with --gtest_filter='*OpCase*/<name>'.
#include "support/op_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "support/op_run.h"

namespace luge::testing {
namespace {

class OpCaseTest : public ::testing::TestWithParam<const OpCase*> {
 protected:
  const OpCase& row() const { return *GetParam(); }
};

// Elements in `dtype`, whole numbers when it is an integer one; indices and truths stay.
std::vector<Value> inputs_in(const OpCase& row, const Inputs& inputs, DType dtype) {
  std::vector<Value> values;
  for (const Tensor& element : elements(inputs, row.name)) {
    const bool floating = is_floating(element.dtype());
    values.push_back(value_of(
        floating && dtype != f64 ? cast(is_floating(dtype) ? element : round(element), dtype) : element));
  }
  return values;
}

double rounding_of(DType dtype) {
  switch (dtype) {
    case DType::f32: return 2e-5;
    case DType::bf16: return 0.1;
    case DType::f16: return 0.02;
    default: return 0;
  }
}

// The same elements, widened to f64.
std::vector<Value> widened(const std::vector<Value>& values) {
  std::vector<Value> result;
  for (const Value& value : values) {
    result.push_back(is_floating(value.type.dtype) ? value_of(cast(tensor_of(value), f64)) : value);
  }
  return result;
}

void expect_close(const std::vector<Value>& got, const std::vector<Value>& wanted, double tolerance) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    EXPECT_EQ(got[k].type.shape, wanted[k].type.shape)
        << got[k].type.to_string() << " for " << wanted[k].type.to_string();
    EXPECT_LE(distance(numbers(got[k]), numbers(wanted[k])), tolerance)
        << "result " << k << " " << ::testing::PrintToString(numbers(got[k])) << "\n  for "
        << ::testing::PrintToString(numbers(wanted[k]));
  }
}

TEST_P(OpCaseTest, TypesAreWhatInferSays) {
  for (const Inputs& inputs : row().inputs) {
    SCOPED_TRACE(describe(inputs));
    const Traced traced = trace(row(), inputs_in(row(), inputs, f64));
    const std::vector<Value> results = run_graph(traced.roots, traced.leaves, traced.values);
    for (std::size_t k = 0; k < results.size(); ++k) {
      EXPECT_EQ(results[k].type, (Type{traced.roots[k].dtype(), traced.roots[k].shape()}));
    }
  }
}

TEST_P(OpCaseTest, ProcessorAgreesWithReference) {
  std::vector<DType> dtypes = {f64, f32};
  if (row().halves) dtypes.insert(dtypes.end(), {bf16, f16});
  if (row().integers) dtypes.insert(dtypes.end(), {i64, i32, i16, i8});
  for (DType dtype : dtypes) {
    for (const Inputs& inputs : row().inputs) {
      SCOPED_TRACE(std::string(name(dtype)) + " " + describe(inputs));
      const Traced traced = trace(row(), inputs_in(row(), inputs, dtype));
      const auto reference = run_graph(traced.roots, traced.leaves, traced.values);
      const auto processor =
          run_graph(traced.roots, traced.leaves, traced.values, {.backend = &cpu_backend()});
      expect_close(processor, reference, dtype == f64 ? row().tolerance : rounding_of(dtype));
    }
  }
}

TEST_P(OpCaseTest, NarrowDtypesAgreeWithDouble) {
  std::vector<DType> dtypes;
  if (row().floats) dtypes.push_back(f32);
  if (row().halves) dtypes.insert(dtypes.end(), {bf16, f16});
  for (DType dtype : dtypes) {
    for (const Inputs& inputs : row().inputs) {
      SCOPED_TRACE(std::string(name(dtype)) + " " + describe(inputs));
      const std::vector<Value> narrow = inputs_in(row(), inputs, dtype);
      const Traced traced = trace(row(), narrow), wide = trace(row(), widened(narrow));
      expect_close(run_graph(traced.roots, traced.leaves, traced.values),
                   run_graph(wide.roots, wide.leaves, wide.values), rounding_of(dtype));
    }
  }
}

// With precision = bf16 every op meets operands that come out of a product and go into one. On numbers that
// bfloat16 holds, results are float32's but for the rounding; gradients keep their dtypes.
TEST_P(OpCaseTest, StandsBetweenBfloat16Products) {
  if (!row().floats || !row().halves) return;
  const RunOptions wide{.backend = &cpu_backend()},
      narrow{.backend = &cpu_backend(), .precision = Precision::bf16};
  for (const Inputs& inputs : row().inputs) {
    SCOPED_TRACE(describe(inputs));
    std::vector<Value> values;
    for (const Value& value : inputs_in(row(), inputs, bf16))
      values.push_back(is_floating(value.type.dtype) ? value_of(cast(tensor_of(value), f32)) : value);
    const Traced results = trace_between_products(row(), values, false);
    expect_close(run_graph(results.roots, results.leaves, values, narrow),
                 run_graph(results.roots, results.leaves, values, wide), rounding_of(bf16));
    if (!row().gradient) continue;
    const Traced all = trace_between_products(row(), values, true);
    const auto found = run_graph(all.roots, all.leaves, values, narrow);
    for (std::size_t k = 0; k < found.size(); ++k) EXPECT_EQ(found[k].type.dtype, all.roots[k].dtype());
  }
}

TEST_P(OpCaseTest, PassesChangeNothing) {
  const std::set<std::string> optional = optional_passes();
  for (const Inputs& inputs : row().inputs) {
    SCOPED_TRACE(describe(inputs));
    const Traced traced = trace(row(), inputs_in(row(), inputs, f64));
    for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
      const auto all = run_graph(traced.roots, traced.leaves, traced.values, {.backend = backend});
      const auto none =
          run_graph(traced.roots, traced.leaves, traced.values, {.backend = backend, .disabled = optional});
      expect_close(all, none, row().tolerance);
    }
  }
}

TEST_P(OpCaseTest, GradientIsTheSlope) {
  if (!row().gradient) return;
  GradientCheckOptions options;
  for (const Inputs& inputs : row().inputs) {
    SCOPED_TRACE(describe(inputs));
    const GradientReport report = gradient_check(row().build, elements(inputs, row().name), options);
    EXPECT_TRUE(report.passed) << report.to_string();
  }
}

TEST_P(OpCaseTest, SecondGradientIsTheSlopeOfTheFirst) {
  if (!row().gradient || !row().second) return;
  const Inputs& inputs = row().inputs[0];
  const GradientReport report = gradient_check(gradient_of(row()), elements(inputs, row().name));
  EXPECT_TRUE(report.passed) << report.to_string();
}

// One graph built for an unknown batch, run with two sizes, against graphs built for those sizes; gradients
// included.
TEST_P(OpCaseTest, ServesAnyBatch) {
  if (!row().batch) return;
  for (const Inputs& inputs : row().inputs) {
    if (!has_batch(inputs)) continue;
    SCOPED_TRACE(describe(inputs));
    const Traced open = trace_unknown_batch(row(), inputs);
    for (std::int64_t extra : {0, 3}) {
      const std::vector<Value> values = inputs_in(row(), with_batch(inputs, inputs[0].shape[0] + extra), f64);
      const Traced fixed = trace(row(), values, row().gradient);
      expect_close(run_graph(open.roots, open.leaves, values), run_graph(fixed.roots, fixed.leaves, values),
                   row().tolerance);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, OpCaseTest, ::testing::ValuesIn(all_rows()), name_of_row);

}  // namespace
}  // namespace luge::testing
