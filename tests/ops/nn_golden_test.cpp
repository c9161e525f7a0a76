// The network ops against PyTorch's values, which tests/golden/make_nn.py wrote down, and their gradients at
// the same inputs. The rows of cases/ hold the op against everything else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "luge/gradient_check.h"
#include "luge/io/safetensors.h"
#include "luge/ops/linalg.h"
#include "luge/ops/nn.h"
#include "support/paths.h"

namespace luge {
namespace {

using T = const Tensor&;
using Build = std::function<Tensor(const Tensors&)>;

Build product(MatmulOptions options) {
  return [options](const Tensors& in) {
    return matmul(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options);
  };
}
Build conv(Tensor (*f)(T, T, T, const ConvOptions&), ConvOptions options) {
  return [=](const Tensors& in) { return f(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options); };
}
Build pool(Tensor (*f)(T, const PoolOptions&), PoolOptions options) {
  return [=](const Tensors& in) { return f(in[0], options); };
}
Build entropy(CrossEntropyOptions options) {
  return [=](const Tensors& in) { return softmax_cross_entropy(in[0], in[1], options); };
}

const std::map<std::string, Build>& rows() {
  static const std::map<std::string, Build> table = {
      {"matmul", product({})},
      {"matmul/transpose a", product({.transpose_a = true})},
      {"matmul/transpose b", product({.transpose_b = true})},
      {"matmul/transpose both", product({.transpose_a = true, .transpose_b = true})},
      {"matmul/bias", product({})},
      {"matmul/vectors", product({})},
      {"linear", [](const Tensors& in) { return linear(in[0], in[1], in[2]); }},
      {"dot", [](const Tensors& in) { return dot(in[0], in[1]); }},
      {"outer", [](const Tensors& in) { return outer(in[0], in[1]); }},
      {"conv1d", conv(conv1d, {})},
      {"conv2d", conv(conv2d, {})},
      {"conv2d/same", conv(conv2d, {.padding = PaddingMode::same})},
      {"conv2d/same, stride 2", conv(conv2d, {.stride = 2, .padding = PaddingMode::same})},
      {"conv2d/full", conv(conv2d, {.padding = PaddingMode::full})},
      {"conv2d/asymmetric", conv(conv2d, {.stride = {2, 1}, .padding = {{0, 1}, {2, 3}}})},
      {"conv2d/dilation", conv(conv2d, {.dilation = {2, 1}, .padding = 1})},
      {"conv2d/groups", conv(conv2d, {.padding = 1, .groups = 2})},
      {"conv2d/depthwise", conv(conv2d, {.groups = 3})},
      {"conv3d", conv(conv3d, {.stride = {1, 2, 1}, .padding = 1})},
      {"max_pool1d", pool(max_pool1d, {.kernel = 3, .stride = 2})},
      {"max_pool2d", pool(max_pool2d, {})},
      {"max_pool2d/overlapping", pool(max_pool2d, {.kernel = {3, 2}, .stride = 1})},
      {"max_pool2d/padded", pool(max_pool2d, {.kernel = 3, .stride = 2, .padding = 1})},
      {"max_pool2d/ceil", pool(max_pool2d, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true})},
      {"max_pool2d/dilation", pool(max_pool2d, {.kernel = 2, .stride = 1, .dilation = 2})},
      {"max_pool2d/many taps", pool(max_pool2d, {.kernel = 17, .stride = 1})},
      {"max_pool3d", pool(max_pool3d, {.kernel = 2, .stride = {2, 1, 2}})},
      {"avg_pool1d", pool(avg_pool1d, {.kernel = 3, .stride = 2})},
      {"avg_pool2d", pool(avg_pool2d, {})},
      {"avg_pool2d/overlapping", pool(avg_pool2d, {.kernel = {3, 2}, .stride = 1})},
      {"avg_pool2d/padded", pool(avg_pool2d, {.kernel = 3, .stride = 2, .padding = 1})},
      {"avg_pool2d/ceil", pool(avg_pool2d, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true})},
      {"avg_pool2d/include pad",
       pool(avg_pool2d, {.kernel = 3, .stride = 2, .padding = 1, .count_include_pad = true})},
      {"avg_pool2d/include pad, ceil",
       pool(avg_pool2d,
            {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = true})},
      {"avg_pool3d", pool(avg_pool3d, {.kernel = 2, .stride = {2, 1, 2}})},
      {"softmax", [](const Tensors& in) { return softmax(in[0]); }},
      {"softmax/axis 1", [](const Tensors& in) { return softmax(in[0], 1); }},
      {"log_softmax", [](const Tensors& in) { return log_softmax(in[0]); }},
      {"log_softmax/axis 1", [](const Tensors& in) { return log_softmax(in[0], 1); }},
      {"softplus", [](const Tensors& in) { return softplus(in[0]); }},
      {"softmax_cross_entropy", entropy({})},
      {"softmax_cross_entropy/axis 1", entropy({.axis = 1})},
      {"softmax_cross_entropy/smoothed", entropy({.label_smoothing = 0.1})},
      {"softmax_cross_entropy/ignored", entropy({.ignore_index = 2})},
      {"softmax_cross_entropy/probabilities", entropy({})},
      {"softmax_cross_entropy/smoothed probabilities", entropy({.label_smoothing = 0.2})},
      {"binary_cross_entropy_with_logits",
       [](const Tensors& in) { return binary_cross_entropy_with_logits(in[0], in[1]); }},
      {"binary_cross_entropy", [](const Tensors& in) { return binary_cross_entropy(in[0], in[1]); }},
  };
  return table;
}

struct Golden {
  std::string row;
  Tensors in;
  Tensor out;
};

// Entries are called "row|k.in0" … "row|k.out0".
std::vector<Golden> goldens() {
  const io::SafetensorsFile file((testing::source_dir() / "tests/golden/nn.safetensors").string());
  std::map<std::string, Golden> found;
  for (const io::StoredTensor& stored : file.tensors()) {
    const std::size_t dot = stored.name.rfind('.');
    Golden& golden = found[stored.name.substr(0, dot)];
    golden.row = stored.name.substr(0, stored.name.rfind('|'));
    const Tensor value = tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape);
    const std::string role = stored.name.substr(dot + 1);
    if (role == "out0") {
      golden.out = value;
      continue;
    }
    const auto place = static_cast<std::size_t>(role[2] - '0');
    golden.in.resize(std::max(golden.in.size(), place + 1));
    golden.in[place] = value;
  }
  std::vector<Golden> list;
  for (auto& [key, golden] : found) list.push_back(std::move(golden));
  return list;
}

TEST(NnGolden, EveryRowHasValuesAndEveryValueARow) {
  std::map<std::string, int> met;
  for (const Golden& golden : goldens()) ++met[golden.row];
  for (const auto& [name, build] : rows()) EXPECT_TRUE(met.contains(name)) << name;
  for (const auto& [name, count] : met) EXPECT_TRUE(rows().contains(name)) << name;
}

TEST(NnGolden, ValuesArePyTorchs) {
  for (const Golden& golden : goldens()) {
    const Tensor y = rows().at(golden.row)(golden.in);
    ASSERT_EQ(y.shape(), golden.out.shape()) << golden.row;
    const auto got = y.to_vector<double>(), want = golden.out.to_vector<double>();
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], want[i], 1e-12 * std::max(1.0, std::abs(want[i]))) << golden.row << " at " << i;
    }
  }
}

TEST(NnGolden, GradientsAreSlopesThere) {
  for (const Golden& golden : goldens()) {
    const auto x = golden.in[0].to_vector<double>();
    if (std::any_of(x.begin(), x.end(), [](double v) { return std::abs(v) > 50; }))
      continue;  // flat to 16 digits there
    const Build& build = rows().at(golden.row);
    const auto report = gradient_check([&](const Tensors& in) { return Tensors{build(in)}; }, golden.in);
    EXPECT_TRUE(report.passed) << golden.row << ": " << report.to_string();
  }
}

}  // namespace
}  // namespace luge
