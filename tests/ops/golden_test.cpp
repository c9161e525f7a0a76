// Values and gradients of the op cases against those of other libraries, from tests/golden/ops.
#include "support/golden.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/op_run.h"

namespace luge::testing {
namespace {

const std::vector<Golden>& goldens() {
  static const std::vector<Golden> all = read_goldens("ops");
  return all;
}

const OpCase* row_named(const std::string& name) {
  const auto found =
      std::find_if(op_cases().begin(), op_cases().end(), [&](const OpCase& row) { return row.name == name; });
  return found == op_cases().end() ? nullptr : &*found;
}

TEST(Golden, EveryRowHasValuesOrSaysThatNobodyElseDefinesThem) {
  std::map<std::string, int> counts;
  for (const Golden& golden : goldens()) ++counts[golden.row];
  for (const OpCase& row : op_cases()) EXPECT_EQ(counts.contains(row.name), row.golden) << row.name;
  for (const auto& [name, unused] : counts) EXPECT_TRUE(row_named(name)) << name << " has no op case";
}

// A function is the name of a row before "/". Gradients count where one of its rows has them.
TEST(Golden, EveryFunctionHasThreeCases) {
  std::map<std::string, int> values, gradients;
  const auto function = [](const std::string& row) { return row.substr(0, row.find('/')); };
  for (const Golden& golden : goldens()) {
    ++values[function(golden.row)];
    if (has_gradients(golden)) ++gradients[function(golden.row)];
  }
  for (const OpCase& row : op_cases()) {
    if (!row.golden) continue;
    EXPECT_GE(values[function(row.name)], 3) << row.name;
    if (!row.gradient) continue;
    EXPECT_GE(gradients[function(row.name)], 3) << row.name << ": gradients";
  }
}

TEST(Golden, ValuesAndGradientsAreThoseOfOthers) {
  for (const Golden& golden : goldens()) {
    const OpCase* row = row_named(golden.row);
    ASSERT_TRUE(row) << golden.row;
    expect_golden(golden, row->build, row->tolerance);
  }
  const GoldenErrors& errors = golden_errors();
  EXPECT_GT(errors.values, 200);
  RecordProperty("values", errors.values);
  RecordProperty("gradients", errors.gradients);
  RecordProperty("largest_value_error", fmt::format("{:.2g}", errors.value));
  RecordProperty("largest_gradient_error", fmt::format("{:.2g}", errors.gradient));
}

TEST(Golden, ReferenceLoopsAgree) {
  for (const Golden& golden : goldens()) {
    const OpCase* row = row_named(golden.row);
    ASSERT_TRUE(row) << golden.row;
    std::vector<Value> in;
    for (const Tensor& x : golden.in) in.push_back(value_of(x));
    const Traced traced = trace(*row, in);
    const auto results =
        run_graph(traced.roots, traced.leaves, traced.values, {.backend = &reference_backend()});
    ASSERT_EQ(results.size(), golden.out.size()) << golden.row;
    for (std::size_t k = 0; k < results.size(); ++k) {
      EXPECT_LE(distance(numbers(results[k]), numbers(value_of(golden.out[k]))), row->tolerance)
          << golden.row << ": " << ::testing::PrintToString(numbers(results[k]));
    }
  }
}

}  // namespace
}  // namespace luge::testing
