// Linear models on a table of flowers (made by make_flowers.py): in closed form, and by gradient steps.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/models/gallery.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/least_squares.h"
#include "luge/optim/optimizers.h"
#include "support/errors.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge::models {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

// Without the last column, the kinds.
std::string numbers() {
  std::ifstream all(testing::source_dir() / "tests/models/flowers.csv");
  std::string text;
  for (std::string line; std::getline(all, line);) text += line.substr(0, line.rfind(',')) + "\n";
  return text;
}

struct Table {
  Tensor x, y;  // [150,3] with mean 0 and deviation 1, and [150,1]: widths
};
Table widths() {
  Values x, y;
  for (std::istringstream all(numbers()); all.good();) {
    std::string line;
    std::getline(all, line);
    if (line.empty() || std::isalpha(line[0])) continue;
    std::istringstream cells(line);
    for (int k = 0; k < 4; ++k) {
      std::string cell;
      std::getline(cells, cell, ',');
      (k < 3 ? x : y).push_back(std::stod(cell));
    }
  }
  const Tensor raw = tensor(x, {150, 3});
  return {(raw - mean(raw, 0, keep_dims)) / std(raw, 0, keep_dims, 0), tensor(y, {150, 1})};
}

// What NumPy finds, as make_flowers.py prints.
TEST(LeastSquares, IsWhatNumPyFinds) {
  Values x, y;
  const data::Dataset rows = [] {
    const testing::TempDir dir;
    return data::csv(dir.write("numbers.csv", numbers()));
  }();
  for (const data::Sample& row : rows) {
    for (const float each : row.input.as<float>()) x.push_back(static_cast<double>(each));
    y.push_back(static_cast<double>(row.target.as<float>()[0]));
  }
  const optim::LinearModel fit = optim::least_squares(tensor(x, {150, 3}), tensor(y, {150}));
  const Values weight = fit.weight.to_vector<double>();
  EXPECT_NEAR(fit.bias.to_vector<double>()[0], -1.19490801, 1e-5);
  EXPECT_NEAR(weight[0], 0.14692063, 1e-5);
  EXPECT_NEAR(weight[1], 0.07659696, 1e-5);
  EXPECT_NEAR(weight[2], 0.33975719, 1e-5);
}

TEST(LeastSquares, LinearRegressionTrainsToTheNormalEquation) {
  const Table table = widths();
  const nn::Model net = make("linear-regression");
  net->build({3}, f64);
  const Variables parameters = net->parameters();
  const optim::GradientDescent descent(0.4);
  const auto step = compile([&] {
    const Tensor cost = loss::MSE()(net(table.x), table.y);
    descent.step(parameters, grad(cost, parameters));
    return cost;
  });
  double cost = 0;
  for (int k = 0; k < 3000; ++k) cost = step().item<double>();
  const optim::LinearModel fit = optim::least_squares(table.x, table.y);
  const auto expect_equal = [](const Tensor& trained, const Tensor& exact) {
    ASSERT_EQ(trained.shape(), exact.shape());
    const Values a = trained.to_vector<double>(), b = exact.to_vector<double>();
    for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-8) << k;
  };
  expect_equal(parameters.at(0).value(), fit.weight);
  expect_equal(parameters.at(1).value(), fit.bias);
  const Tensor rest = matmul(table.x, transpose(fit.weight)) + fit.bias - table.y;
  EXPECT_NEAR(cost, mean(square(rest)).item<double>(), 1e-12);
}

// The gradient of ‖y - Xw‖² + λ‖w‖² is 0 there, also without a bias and for several outputs.
TEST(LeastSquares, IsWhereTheGradientIsZero) {
  const Table table = widths();
  const Tensor targets = concat({table.y, square(table.y)}, 1);
  for (const bool bias : {false, true}) {
    const double l2 = 7;
    const optim::LinearModel fit = optim::least_squares(table.x, targets, {.bias = bias, .l2 = l2});
    EXPECT_EQ(fit.weight.shape(), (Shape{2, 3}));
    EXPECT_EQ(fit.bias.defined(), bias);
    Tensor rest = matmul(table.x, transpose(fit.weight)) - targets;
    if (bias) rest = rest + fit.bias;
    const Tensor slope = matmul(transpose(rest), table.x) + l2 * fit.weight;
    for (const double each : slope.to_vector<double>()) EXPECT_NEAR(each, 0, 1e-11);
    if (bias) {
      for (const double each : sum(rest, 0).to_vector<double>()) EXPECT_NEAR(each, 0, 1e-11);
    }
  }
}

TEST(BadInput, C01_LeastSquaresNamesWhatDoesNotMatch) {
  using optim::least_squares;
  const Tensor x = ones({4, 2}, f64);
  expect_error<ShapeError>([&] { least_squares(x, ones({3}, f64)); }, {"least_squares", "[4,2]", "[3]"});
  expect_error<DTypeError>([&] { least_squares(x, ones({4})); }, {"least_squares", "f64", "f32"});
  expect_error<ValueError>([&] { least_squares(x, ones({4}, f64), {.l2 = -1}); }, {"l2 is -1", "0 or more"});
  expect_error<ValueError>([&] { eval({least_squares(x, ones({4}, f64)).weight}); },
                           {"cholesky", "positive definite"});
}

}  // namespace
}  // namespace luge::models
