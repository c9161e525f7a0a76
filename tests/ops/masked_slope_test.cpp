// What a mask stops is stopped, were it NaN or infinite: relu and its relatives, dropout, where, clamp and
// pooling let nothing of a gradient through where they are flat, alone and as parts of one step with their
// neighbors.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"

namespace luge {
namespace {

using Values = std::vector<double>;

/// A function whose result is flat where `open` does not hold of it.
struct Row {
  std::string name;
  std::vector<Shape> shapes;
  std::function<Tensor(const Tensors&)> build;
  std::function<Tensor(const Tensor&)> open = [](const Tensor& y) { return greater(y, 0); };
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Tensor convolved(const Tensors& in) { return conv2d(in[0], in[1], in[2], {.padding = PaddingMode::same}); }

const Shape image = {2, 8, 6, 6}, filters = {16, 8, 3, 3}, outputs = {16};

const Row rows[] = {
    {"relu", {{5, 37}}, [](const Tensors& in) { return relu(in[0]); }},
    {"relu6",
     {{5, 37}},
     [](const Tensors& in) { return relu6(in[0] * 6); },
     [](const Tensor& y) { return logical_and(greater(y, 0), less(y, 6)); }},
    {"clamp",
     {{2, 9}},
     [](const Tensors& in) { return clamp(in[0], -0.3, 0.3); },
     [](const Tensor& y) { return less(abs(y), 0.3); }},
    {"where",
     {{5, 37}, {5, 37}},
     [](const Tensors& in) { return where(greater(in[0], 0.1), in[1], 0); },
     [](const Tensor& y) { return not_equal(y, 0); }},
    {"dropout",
     {{5, 37}},
     [](const Tensors& in) { return dropout(in[0] + 2, 0.5); },
     [](const Tensor& y) { return not_equal(y, 0); }},
    {"linear relu",
     {{9, 17}, {33, 17}, {33}},
     [](const Tensors& in) { return relu(linear(in[0], in[1], in[2])); }},
    {"linear relu linear",
     {{9, 17}, {33, 17}, {33}},
     [](const Tensors& in) { return relu(linear(relu(in[0]), in[1], in[2])); }},
    {"sum relu", {{9, 17}, {9, 17}}, [](const Tensors& in) { return relu(in[0] * in[1] + in[0]); }},
    {"conv relu", {image, filters, outputs}, [](const Tensors& in) { return relu(convolved(in)); }},
    {"first conv relu pool",
     {{2, 3, 8, 8}, {16, 3, 3, 3}, outputs},
     [](const Tensors& in) { return max_pool2d(relu(convolved(in) - 1), {2}); }},
    {"conv relu pool",
     {image, filters, outputs},
     [](const Tensors& in) { return max_pool2d(relu(convolved(in) - 1), {2}); }},
    {"conv pool relu",
     {image, filters, outputs},
     [](const Tensors& in) { return relu(max_pool2d(convolved(in) - 1, {2})); }},
    {"norm relu",
     {image, {8}, {8}},
     [](const Tensors& in) { return relu(batch_norm(in[0], in[1], in[2]).y); }},
    {"norm sum relu",
     {image, {8}, {8}, image},
     [](const Tensors& in) { return relu(batch_norm(in[0], in[1], in[2]).y + in[3]); }},
    {"layer norm relu",
     {{6, 40}, {40}, {40}},
     [](const Tensors& in) { return relu(layer_norm(in[0], in[1], in[2])); }},
};

class MaskedSlopes : public ::testing::TestWithParam<Row> {};

TEST_P(MaskedSlopes, StopWhateverComes) {
  const Row& row = GetParam();
  for (const DType dtype : {f32, f64, bf16}) {
    random::seed(5);
    Tensors in;
    for (const Shape& shape : row.shapes) in.push_back(random::uniform(shape, -1, 1, dtype));
    eval(in);
    const auto slopes = [&](const Tensor& bad) {
      random::seed(9);
      std::vector<Variable> leaves;
      Tensors given;
      for (const Tensor& each : in) {
        leaves.emplace_back(each, "x");
        given.push_back(leaves.back().value());
      }
      const Tensor y = row.build(given), open = stop_gradient(row.open(y));
      const Tensor g = where(open, cast(iota_like(y, -1), dtype) * 0.1 + 1, cast(bad, dtype));
      const Tensors all = grad(y, leaves, {.seed = stop_gradient(g), .allow_unused = true});
      eval(all);
      std::vector<Values> values;
      for (const Tensor& each : all) values.push_back(each.to_vector<double>());
      EXPECT_LT(mean(cast(open, f64)).item<double>(), 1) << "nothing is flat";
      return values;
    };
    const auto right = slopes(scalar(0.0, dtype));
    for (const double bad : {double{NAN}, double{INFINITY}, -double{INFINITY}}) {
      EXPECT_EQ(slopes(scalar(bad, dtype)), right) << name(dtype) << " " << bad;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, MaskedSlopes, ::testing::ValuesIn(rows), [](const auto& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (c == ' ') c = '_';
  }
  return name;
});

}  // namespace
}  // namespace luge
