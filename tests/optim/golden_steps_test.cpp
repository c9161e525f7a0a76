// 120 steps of every registered optimizer against PyTorch and optax, which tests/golden/make_optim.py wrote
// down. The names of the rows are texts that optim::named reads.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "luge/compile.h"
#include "luge/io/safetensors.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "support/paths.h"

namespace luge::optim {
namespace {

constexpr double kTolerance = 1e-9;
constexpr int kSteps = 120;

// What an optimizer is made from, and where its two parameters are after some of the steps.
struct Row {
  std::string text;
  double rate = 0;
  std::map<int, Tensors> after;
};

class Golden {
 public:
  Golden() : file_((testing::source_dir() / "tests/golden/optim/steps.safetensors").string()) {
    for (const io::StoredTensor& stored : file_.tensors()) {
      const std::size_t bar = stored.name.find('|'), rate = stored.name.find(" rate=");
      if (bar == std::string::npos) continue;
      const std::size_t dot = stored.name.find('.', bar);
      Row& row = rows[stored.name.substr(0, bar)];
      row.text = stored.name.substr(0, rate);
      row.rate = std::stod(stored.name.substr(rate + 6, bar));
      Tensors& after = row.after[std::stoi(stored.name.substr(bar + 1, dot))];
      after.resize(2);
      after[static_cast<std::size_t>(std::stoi(stored.name.substr(dot + 1)))] = read(stored);
    }
  }
  Tensor operator[](const std::string& name) const {
    for (const io::StoredTensor& stored : file_.tensors()) {
      if (stored.name == name) return read(stored);
    }
    throw ValueError(name + " is not in the file");
  }
  std::map<std::string, Row> rows;

 private:
  Tensor read(const io::StoredTensor& stored) const {
    return tensor_from_bytes(file_.read(stored.name), stored.dtype, stored.shape);
  }
  io::SafetensorsFile file_;
};

const Golden& golden() {
  static const Golden all;
  return all;
}

double error_of(const Variable& parameter, const Tensor& expected) {
  const auto got = parameter.value().to_vector<double>(), want = expected.to_vector<double>();
  double most = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    most = std::max(most, std::abs(got[i] - want[i]) / std::max(std::abs(want[i]), 1e-3));
  return std::isfinite(most) ? most : 1;
}

TEST(OptimizerGolden, EveryOptimizerTakes120StepsOfItsReference) {
  double most = 0;
  for (const auto& [name, row] : golden().rows) {
    const Optimizer optimizer = named(row.text, row.rate);
    const Variables parameters = {Variable(golden()["start0"], "a"), Variable(golden()["start1"], "b")};
    const Tensor first = golden()["gradients0"], second = golden()["gradients1"];
    const auto step = compile([&](Tensor a, Tensor b) { optimizer.step(parameters, {a, b}); });
    int compared = 0;
    for (int k = 0; k < kSteps; ++k) {
      step(select(first, 0, k), select(second, 0, k));
      const auto after = row.after.find(k + 1);
      if (after == row.after.end()) continue;
      ++compared;
      for (std::size_t p = 0; p < 2; ++p) {
        const double error = error_of(parameters[p], after->second[p]);
        EXPECT_LE(error, kTolerance) << name << ", parameter " << p << " after step " << k + 1;
        most = std::max(most, error);
      }
    }
    EXPECT_EQ(compared, 5) << name;
    EXPECT_EQ(step.traces(), 1u) << name;
  }
  RecordProperty("largest_error", fmt::format("{:.2g}", most));
}

TEST(OptimizerGolden, EveryRegisteredOptimizerHasTwoRows) {
  std::map<std::string, int> rows;
  for (const auto& [name, row] : golden().rows) ++rows[row.text.substr(0, row.text.find('('))];
  for (const std::string& name : names()) {
    if (name.starts_with("test-") || named(name, 1).searches()) continue;  // searches_test.cpp
    EXPECT_GE(rows[name], 2) << name << ": add it to tests/golden/make_optim.py";
  }
}

}  // namespace
}  // namespace luge::optim
