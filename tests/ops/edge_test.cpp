// Values and gradients where functions end: at zeros, infinities, equal elements and saturated arguments.
// Right is what PyTorch gives (tests/golden/make_edges.py); where a docstring promises more, the row says so.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "luge/autodiff.h"
#include "luge/io/safetensors.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/variable.h"
#include "support/paths.h"

namespace luge::testing {
namespace {

using Values = std::vector<double>;
using Function = std::function<Tensor(const Tensors&)>;

Function unary(Tensor (*f)(const Tensor&)) {
  return [f](const Tensors& in) { return f(in[0]); };
}
Function binary(Tensor (*f)(const Operand&, const Operand&)) {
  return [f](const Tensors& in) { return f(in[0], in[1]); };
}
Function powered(double exponent) {
  return [exponent](const Tensors& in) { return pow(in[0], exponent); };
}
Function normed(double p) {
  return [p](const Tensors& in) { return norm(in[0], p); };
}

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> table = {
      {"abs", unary(abs)},
      {"add", binary(add)},
      {"asinh", unary(asinh)},
      {"avg_pool",
       [](const Tensors& in) {
         return avg_pool1d(reshape(in[0], {1, 1, in[0].elements()}), {.kernel = 2, .padding = 1});
       }},
      {"ceil", unary(ceil)},
      {"cos", unary(cos)},
      {"cosh", unary(cosh)},
      {"cumsum", [](const Tensors& in) { return cumsum(in[0], 0); }},
      {"fmod", binary(mod)},
      {"max_pool",
       [](const Tensors& in) {
         return max_pool1d(reshape(in[0], {1, 1, in[0].elements()}), {.kernel = 2, .padding = 1});
       }},
      {"mean", [](const Tensors& in) { return mean(in[0]); }},
      {"median", [](const Tensors& in) { return median(in[0]); }},
      {"min", [](const Tensors& in) { return min(in[0]); }},
      {"mul", binary(mul)},
      {"neg", unary(neg)},
      {"pad",
       [](const Tensors& in) {
         return pad(in[0], {{0, 1, 2}});
       }},
      {"pow", binary(pow)},
      {"pow/-1", powered(-1)},
      {"pow/-half", powered(-0.5)},
      {"relu6", unary(relu6)},
      {"remainder", binary(remainder)},
      {"sin", unary(sin)},
      {"sinh", unary(sinh)},
      {"sort", [](const Tensors& in) { return sort(in[0]).values; }},
      {"sub", binary(sub)},
      {"sum", [](const Tensors& in) { return sum(in[0]); }},
      {"tan", unary(tan)},
      {"triu",
       [](const Tensors& in) {
         return triu(reshape(in[0], {1, in[0].elements()}), 1);
       }},
      {"trunc", unary(trunc)},
      {"acos", unary(acos)},
      {"acosh", unary(acosh)},
      {"asin", unary(asin)},
      {"atan", unary(atan)},
      {"atan2", binary(atan2)},
      {"atanh", unary(atanh)},
      {"binary_cross_entropy", [](const Tensors& in) { return binary_cross_entropy(in[0], in[1]); }},
      {"binary_cross_entropy_with_logits",
       [](const Tensors& in) { return binary_cross_entropy_with_logits(in[0], in[1]); }},
      {"clamp", [](const Tensors& in) { return clamp(in[0], -1, 1); }},
      {"cumprod", [](const Tensors& in) { return cumprod(in[0], 0); }},
      {"div", binary(div)},
      {"erf", unary(erf)},
      {"erfc", unary(erfc)},
      {"exp", unary(exp)},
      {"expm1", unary(expm1)},
      {"floor", unary(floor)},
      {"gelu", [](const Tensors& in) { return gelu(in[0]); }},
      {"gelu/tanh", [](const Tensors& in) { return gelu(in[0], GeluForm::tanh); }},
      {"layer_norm",
       [](const Tensors& in) {
         return layer_norm(in[0], ones({3}, in[0].dtype()), zeros({3}, in[0].dtype()), -1);
       }},
      {"leaky_relu", [](const Tensors& in) { return leaky_relu(in[0], 0.1); }},
      {"log", unary(log)},
      {"log1p", unary(log1p)},
      {"log2", unary(log2)},
      {"log_softmax", [](const Tensors& in) { return slice(log_softmax(in[0], 0), {.axis = 0, .stop = 1}); }},
      {"logsumexp", [](const Tensors& in) { return logsumexp(in[0]); }},
      {"max", [](const Tensors& in) { return max(in[0]); }},
      {"maximum", binary(maximum)},
      {"minimum", binary(minimum)},
      {"norm", normed(2)},
      {"norm/infinite order", normed(INFINITY)},
      {"norm/order 1", normed(1)},
      {"norm/order 3", normed(3)},
      {"pow/0", powered(0)},
      {"pow/1", powered(1)},
      {"pow/2", powered(2)},
      {"pow/3", powered(3)},
      {"pow/half", powered(0.5)},
      {"pow/both", binary(pow)},
      {"prod", [](const Tensors& in) { return prod(in[0]); }},
      {"reciprocal", unary(reciprocal)},
      {"relu", unary(relu)},
      {"round", unary(round)},
      {"rsqrt", unary(rsqrt)},
      {"sigmoid", unary(sigmoid)},
      {"sigmoid, binary_cross_entropy",
       [](const Tensors& in) { return binary_cross_entropy(sigmoid(in[0]), in[1]); }},
      {"sign", unary(sign)},
      {"softmax",
       [](const Tensors& in) {
         return softmax(in[0], 0) * arange(1, in[0].elements() + 1, 1, in[0].dtype());
       }},
      {"softmax_cross_entropy",
       [](const Tensors& in) {
         return softmax_cross_entropy(in[0], tensor<std::int64_t>({0, 1}, {2}));
       }},
      {"softmax_cross_entropy/ignored",
       [](const Tensors& in) {
         return softmax_cross_entropy(in[0], tensor<std::int64_t>({1, -1}, {2}), {.ignore_index = -1});
       }},
      {"softplus", unary(softplus)},
      {"sqrt", unary(sqrt)},
      {"square", unary(square)},
      {"std", [](const Tensors& in) { return luge::std(in[0], {}, Keep::no, 0); }},
      {"std/of one", [](const Tensors& in) { return luge::std(in[0]); }},
      {"tanh", unary(tanh)},
      {"var", [](const Tensors& in) { return var(in[0]); }},
  };
  return table;
}

// By its whole name, or by less and less of it.
const Function& function_of(const std::string& row) {
  std::string name = row.substr(0, row.find('@'));
  for (auto found = functions().find(name);; found = functions().find(name)) {
    if (found != functions().end()) return found->second;
    name = name.substr(0, name.rfind('/'));
  }
}

// Equal in kind and, where finite, within the digits of a dtype.
bool agree(double got, double expected, double tolerance) {
  if (std::isnan(expected) || std::isinf(expected)) {
    return std::isnan(expected) ? std::isnan(got) : got == expected;
  }
  // Below the least normal float32, what a kernel leaves of a saturated sigmoid is as good as 0.
  const double least = tolerance > 1e-7 ? 2e-38 : 1e-298;
  return std::abs(got - expected) <= tolerance * std::abs(expected) + least;
}

struct Row {
  std::vector<Values> in, gradients;
  std::vector<Shape> shapes;
  Values out;
};

std::map<std::string, Row> rows() {
  const io::SafetensorsFile file((source_dir() / "tests/golden/edges.safetensors").string());
  std::map<std::string, Row> found;
  const auto put = [](std::vector<Values>& list, std::size_t k, Values values) {
    if (list.size() <= k) list.resize(k + 1);
    list[k] = std::move(values);
  };
  for (const io::StoredTensor& stored : file.tensors()) {
    const std::size_t dot = stored.name.rfind('.');
    Row& row = found[stored.name.substr(0, dot)];
    const std::string part = stored.name.substr(dot + 1);
    const std::vector<std::byte> bytes = file.read(stored.name);
    const Values values = tensor_from_bytes(bytes, f64, stored.shape).to_vector<double>();
    const auto k = static_cast<std::size_t>(part.back() - '0');
    if (part == "out") {
      row.out = values;
    } else if (part.starts_with("in")) {
      put(row.in, k, values);
      if (row.shapes.size() <= k) row.shapes.resize(k + 1);
      row.shapes[k] = stored.shape;
    } else {
      put(row.gradients, k, values);
    }
  }
  return found;
}

// What docstrings promise where PyTorch does otherwise: clamp keeps the gradient at its bounds, a product is
// not divided, and logarithms held at -100 move their targets by no more. Empty: not compared.
const std::map<std::string, Values>& promised() {
  static const std::map<std::string, Values> table = {
      {"clamp.grad0", {1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0}},
      {"prod/infinite.grad0", {2, INFINITY}},
      {"binary_cross_entropy.grad1", {-100, 100, -100, 100, 0, 100}},
      {"sigmoid, binary_cross_entropy.grad1", {}},
  };
  return table;
}

class Edges : public ::testing::TestWithParam<DType> {};

TEST_P(Edges, ArePyTorchs) {
  const DType dtype = GetParam();
  const auto table = rows();
  EXPECT_GT(table.size(), 570u);
  for (const auto& [name, row] : table) {
    const std::size_t at = name.find('@');
    if (at != std::string::npos && name.substr(at + 1) != luge::name(dtype)) continue;
    std::vector<Variable> leaves;
    Tensors in;
    bool fits = true;  // float32 holds what the row is about
    for (std::size_t k = 0; k < row.in.size(); ++k) {
      const Tensor given = cast(tensor(row.in[k], row.shapes[k]), dtype);
      const Values rounded = given.to_vector<double>();
      for (std::size_t i = 0; i < rounded.size(); ++i)
        fits &= agree(rounded[i], row.in[k][i], 1e-6) && (rounded[i] != 0 || row.in[k][i] == 0);
      leaves.emplace_back(given, "x");
      in.push_back(leaves.back().value());
    }
    if (!fits) continue;
    const Tensor result = function_of(name)(in);
    const Tensors gradients =
        grad(sum(result), Variables(leaves.begin(), leaves.end()), {.seed = {}, .allow_unused = true});
    Tensors all = gradients;
    all.push_back(result);
    eval(all);
    const double tolerance = dtype == f64 ? 1e-8 : 2e-5;
    const auto compare = [&](const Tensor& got, const Values& expected, const std::string& what) {
      const auto special = promised().find(what);
      const Values& right = special == promised().end() ? expected : special->second;
      const Values values = got.to_vector<double>();
      if (right.empty() && !values.empty()) return;
      ASSERT_EQ(values.size(), right.size()) << what;
      for (std::size_t i = 0; i < values.size(); ++i) {
        // PyTorch's is NaN; ours has the limit (tests/ops/activation_limits_test.cpp).
        if (name.starts_with("gelu") && std::isinf(row.in[0][i])) continue;
        EXPECT_TRUE(agree(values[i], right[i], tolerance))
            << what << " [" << i << "] at " << (row.in[0].size() > i ? row.in[0][i] : 0) << ": " << values[i]
            << ", expected " << right[i];
      }
    };
    compare(result, row.out, name);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (gradients[k].defined()) compare(gradients[k], row.gradients[k], name + ".grad" + std::to_string(k));
    }
  }
}

// PyTorch loses these on the way: squares that vanish, and the gradient of a first element beside infinities.
TEST_P(Edges, AreFiniteWhereTheMathematicsIs) {
  const DType dtype = GetParam();
  const double least = dtype == f64 ? 1e-320 : 1e-44;
  Variable y(cast(tensor<double>({0, least, 0}, {3}), dtype), "y"),
      x(cast(tensor<double>({least, 0, -least}, {3}), dtype), "x");
  const Tensors slopes = grad(sum(atan2(y, x)), {y, x});
  for (const double each : slopes[0].to_vector<double>()) EXPECT_FALSE(std::isnan(each));
  const Values of_x = slopes[1].to_vector<double>();
  EXPECT_EQ(of_x[0], 0);
  EXPECT_EQ(of_x[2], 0);
  Variable p(cast(tensor<double>({0, 2, INFINITY}, {3}), dtype), "p");
  EXPECT_EQ(grad(sum(cumprod(p, 0)), p).to_vector<double>()[0], INFINITY);
}

INSTANTIATE_TEST_SUITE_P(DTypes, Edges, ::testing::Values(f64, f32),
                         [](const auto& info) { return std::string(name(info.param)); });

}  // namespace
}  // namespace luge::testing
