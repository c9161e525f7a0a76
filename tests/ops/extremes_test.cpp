// Activations, losses and normalizations at ±1e4, which is far outside what exp takes: values and gradients
// stay finite and right in float32, and NaN is passed on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "support/op_case.h"
#include "support/paths.h"

namespace luge::testing {
namespace {

using Values = std::vector<double>;

// The functions of these headers, so that new ones are met too.
std::set<std::string> functions() {
  std::set<std::string> found = {"sigmoid", "tanh", "relu", "logsumexp", "norm"};
  for (const char* header : {"activation", "class_losses", "embedding_losses", "losses", "normalization",
                             "rectifiers", "regression_losses", "sample_normalization", "squashing"}) {
    std::ifstream file(source_dir() / "include/luge/ops" / (std::string(header) + ".h"));
    EXPECT_TRUE(file) << header;
    for (std::string line; std::getline(file, line);) {
      const std::size_t open = line.find('(');
      if (line.starts_with("Tensor ") && open != std::string::npos) found.insert(line.substr(7, open - 7));
    }
  }
  return found;
}

// Rows whose mathematics is not finite there, or that draw, and why.
const std::map<std::string, std::string>& exceptions() {
  static const std::map<std::string, std::string> table = {
      {"kl_divergence/log", "takes exp of the target"},
      {"poisson_nll_loss", "takes exp of the prediction"},
  };
  return table;
}

// Rows that count or compare elements: what NaN becomes is said in their docstrings.
const std::map<std::string, std::string>& counting() {
  static const std::map<std::string, std::string> table = {
      {"norm/0", "counts what is not 0"},
      {"to_signs", "refuses what is not a label"},
  };
  return table;
}

// ±1e4, 0 and ordinary numbers where an input may hold any number; other inputs keep their range.
Tensors extreme(const OpCase& row, double other) {
  Tensors inputs = elements(row.inputs[0], row.name);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Input& input = row.inputs[0][k];
    if (inputs[k].dtype() != f64 || input.low >= 0) continue;
    Values values = inputs[k].to_vector<double>();
    const double special[] = {1e4, -1e4, 0, other, -3};
    for (std::size_t i = 0; i < values.size(); ++i)
      if (i % 2 == 0) values[i] = special[(i / 2) % 5];
    inputs[k] = tensor(values, inputs[k].shape());
  }
  return inputs;
}

struct Found {
  std::vector<Values> results, gradients;
};

Found compute(const OpCase& row, const Tensors& inputs, DType dtype) {
  Tensors in, floating;
  for (const Tensor& x : inputs) {
    in.push_back(is_floating(x.dtype()) ? cast(x, dtype) : x);
    eval({in.back()});
    if (is_floating(x.dtype())) floating.push_back(in.back());
  }
  Tensors out = row.build(in), gradients;
  if (row.gradient) {
    Tensor total = scalar(0.0, dtype);
    for (const Tensor& y : out) {
      if (is_floating(y.dtype())) total = total + sum(cast(y, dtype));
    }
    gradients = grad(total, floating, {.seed = {}, .allow_unused = true});
  }
  Found found;
  for (const Tensor& y : out) found.results.push_back(cast(y, f64).to_vector<double>());
  for (const Tensor& g : gradients) found.gradients.push_back(cast(g, f64).to_vector<double>());
  return found;
}

void expect_near(const std::vector<Values>& got, const std::vector<Values>& wanted, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    double scale = 1;
    for (double each : wanted[k]) scale = std::max(scale, std::abs(each));
    for (std::size_t i = 0; i < got[k].size(); ++i) {
      EXPECT_TRUE(std::isfinite(wanted[k][i])) << what << " in float64: " << wanted[k][i];
      EXPECT_TRUE(std::abs(got[k][i] - wanted[k][i]) <= tolerance * scale)
          << what << " in float32: " << got[k][i] << ", in float64 " << wanted[k][i];
    }
  }
}

std::vector<const OpCase*> rows() {
  const std::set<std::string> wanted = functions();
  std::vector<const OpCase*> found;
  for (const OpCase& row : op_cases()) {
    if (wanted.contains(row.name.substr(0, row.name.find('/'))) && row.floats) found.push_back(&row);
  }
  return found;
}

TEST(Extremes, ValuesAndGradientsStayFiniteAndRight) {
  for (const OpCase* row : rows()) {
    if (exceptions().contains(row->name)) continue;
    SCOPED_TRACE(row->name);
    const Tensors inputs = extreme(*row, 0.5);
    const Found wide = compute(*row, inputs, f64), narrow = compute(*row, inputs, f32);
    expect_near(narrow.results, wide.results, 1e-5, row->name);
    expect_near(narrow.gradients, wide.gradients, 1e-4, row->name + ", the gradient");
  }
  EXPECT_GT(rows().size(), 20u);
  for (const auto& [name, why] : exceptions()) {
    EXPECT_TRUE(std::any_of(op_cases().begin(), op_cases().end(), [&](const OpCase& row) {
      return row.name == name;
    })) << name;
  }
}

// The element that is NaN is NaN in the result, where elements correspond.
TEST(Extremes, NanIsPassedOn) {
  for (const OpCase* row : rows()) {
    if (row->inputs[0].size() != 1 || counting().contains(row->name)) continue;
    SCOPED_TRACE(row->name);
    for (const DType dtype : {f64, f32, f16}) {
      const Tensors inputs = extreme(*row, std::numeric_limits<double>::quiet_NaN());
      const Values x = inputs[0].to_vector<double>(), y = compute(*row, inputs, dtype).results[0];
      bool any = false;
      for (double each : y) any |= std::isnan(each);
      EXPECT_TRUE(any);
      if (x.size() != y.size()) continue;
      for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_TRUE(!std::isnan(x[i]) || std::isnan(y[i])) << "element " << i << " is " << y[i];
      }
    }
  }
}

}  // namespace
}  // namespace luge::testing
