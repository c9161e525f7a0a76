// Layers that slide windows: values and gradients of PyTorch, what they refuse, and networks from text.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>

#include "luge/autodiff.h"
#include "luge/luge.h"
#include "support/errors.h"
#include "support/golden.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error, testing::Golden, testing::TempDir;

const std::map<std::string, std::function<Model()>> layers = {
    {"Conv2d/reflect", [] { return Conv2d(4, {.padding = same, .border = Border::reflect}); }},
    {"Conv2d/circular",
     [] {
       return Conv2d(3, {.kernel = {3, 2}, .padding = {{1, 2}, {1, 2}}, .border = Border::circular});
     }},
    {"Conv1d/replicate",
     [] {
       return Conv1d(3, {.stride = 2, .padding = {{2}, {0}}, .border = Border::replicate});
     }},
    {"Conv3d/replicate", [] { return Conv3d(2, {.padding = 1, .border = Border::replicate}); }},
    {"ConvTranspose1d", [] { return ConvTranspose1d(4, {.stride = 2}); }},
    {"ConvTranspose2d",
     [] { return ConvTranspose2d(4, {.stride = 2, .padding = 1, .output_padding = {1}}); }},
    {"ConvTranspose2d/groups",
     [] { return ConvTranspose2d(4, {.kernel = 2, .dilation = 2, .groups = 2, .bias = false}); }},
    {"ConvTranspose3d", [] { return ConvTranspose3d(2, {.kernel = 2}); }},
    {"DepthwiseConv2d", [] { return DepthwiseConv2d({.padding = same, .multiplier = 2}); }},
    {"SeparableConv2d", [] { return SeparableConv2d(4, {.stride = 2}); }},
    {"TableConv2d",
     [] {
       return TableConv2d({"101", "011", "111"}, {.kernel = {3, 2}});
     }},
    {"TrainableSubsampling", [] { return TrainableSubsampling(); }},
    {"LpPool1d", [] { return LpPool1d(3, {.stride = 2}); }},
    {"LpPool2d", [] { return LpPool2d(2, {.p = 3}); }},
    {"LpPool3d", [] { return LpPool3d(2); }},
    {"AdaptiveAvgPool1d", [] { return AdaptiveAvgPool1d(3); }},
    {"AdaptiveAvgPool2d",
     [] {
       return AdaptiveAvgPool2d({2, 5});
     }},
    {"AdaptiveAvgPool3d", [] { return AdaptiveAvgPool3d(2); }},
    {"AdaptiveMaxPool1d", [] { return AdaptiveMaxPool1d(3); }},
    {"AdaptiveMaxPool2d",
     [] {
       return AdaptiveMaxPool2d({2, 5});
     }},
    {"AdaptiveMaxPool3d", [] { return AdaptiveMaxPool3d(2); }},
    {"GlobalMaxPool", [] { return GlobalMaxPool(); }},
    {"GlobalLpPool", [] { return GlobalLpPool(3); }},
    {"Upsample", [] { return Upsample(); }},
    {"Upsample/linear", [] { return Upsample({.scale = {1.5}, .mode = Interpolation::linear}); }},
    {"Upsample/cubic",
     [] {
       return Upsample(
           {.size = {5, 3}, .mode = Interpolation::cubic, .coordinates = Coordinates::align_corners});
     }},
    {"Pad",
     [] {
       return Pad({1, 0, 0, 2}, {.value = 0.5});
     }},
    {"Pad/reflect", [] { return Pad({2}, {.mode = PadMode::reflect}); }},
    {"Pad/circular",
     [] {
       return Pad({1, 1, 1, 1}, {.mode = PadMode::circular});
     }},
    {"PixelShuffle", [] { return PixelShuffle(2); }},
};

void expect_close(const Tensor& got, const Tensor& wanted, const std::string& what) {
  ASSERT_EQ(got.shape(), wanted.shape()) << what;
  const auto a = got.to_vector<double>(), b = wanted.to_vector<double>();
  for (std::size_t k = 0; k < a.size(); ++k)
    ASSERT_NEAR(a[k], b[k], 1e-11 * std::max(1.0, std::abs(b[k]))) << what << " element " << k;
}

TEST(WindowLayers, ValuesAndGradientsAreThoseOfPyTorch) {
  std::map<std::string, int> cases;
  for (const Golden& golden : testing::read_goldens("nn/windows.safetensors")) {
    ++cases[golden.row];
    ASSERT_TRUE(layers.contains(golden.row)) << golden.row;
    const Model layer = layers.at(golden.row)();
    const Tensor& x = golden.in[0];
    layer(x);
    Variables parameters = layer->parameters();
    ASSERT_EQ(parameters.size() + 1, golden.in.size()) << golden.row;
    for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k].assign(golden.in[k + 1]);
    const Tensor y = layer(x), total = sum(y * golden.seed[0]);
    const Tensor slope = grad(total, x);
    const Tensors slopes = parameters.empty() ? Tensors() : grad(total, parameters);
    expect_close(y, golden.out[0], golden.row);
    expect_close(slope, golden.gradient[0], golden.row + " gradient of x");
    for (std::size_t k = 0; k < slopes.size(); ++k)
      expect_close(slopes[k], golden.gradient[k + 1],
                   golden.row + " gradient of parameter " + std::to_string(k));
  }
  EXPECT_EQ(cases.size(), layers.size());
}

TEST(WindowLayers, TheTableOfLeNet5IsThatOfItsPaper) {
  const std::vector<std::string> table = lenet5_table();
  ASSERT_EQ(table.size(), 16u);
  EXPECT_EQ(table[0], "111000");
  EXPECT_EQ(table[4], "100011");
  EXPECT_EQ(table[11], "111001");
  EXPECT_EQ(table[12], "110110");
  EXPECT_EQ(table[14], "101101");
  EXPECT_EQ(table[15], "111111");
  for (std::size_t map = 0; map < 6; ++map) {  // each input map goes to ten output maps
    int outputs = 0;
    for (const std::string& row : table) outputs += row[map] == '1';
    EXPECT_EQ(outputs, 10) << map;
  }
}

TEST(WindowLayers, AreMadeFromTextWithTheirOptions) {
  const TempDir dir;
  const auto path = dir.path() / "windows.toml";
  std::ofstream(path) << R"(
[network]
input = [1, 12, 12]

[[layer]]
type = "conv2d"
filters = 3
padding = "same"
border = "reflect"

[[layer]]
type = "trainable-subsampling"

[[layer]]
type = "table-conv2d"
table = ["110", "011"]
kernel = 3

[[layer]]
type = "conv-transpose2d"
filters = 4
stride = 2
output_padding = 1
padding = 1

[[layer]]
type = "depthwise-conv2d"
multiplier = 2

[[layer]]
type = "separable-conv2d"
filters = 8
padding = "same"

[[layer]]
type = "upsample"
scale = 2
mode = "cubic"

[[layer]]
type = "pad"
padding = [1, 1, 0, 0]
mode = "circular"

[[layer]]
type = "lp-pool2d"
window = 2
p = 3

[[layer]]
type = "pixel-shuffle"
block = 2

[[layer]]
type = "adaptive-max-pool2d"
output = [2, 3]

[[layer]]
type = "global-lp-pool"
)";
  const NetworkText text = from_toml(path.string());
  const Tensor y = text.net(ones({2, 1, 12, 12}));
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
}

TEST(BadInput, C08_OptionsOfWindowLayers) {
  const auto refused = [](const std::function<void()>& make, std::initializer_list<std::string> parts) {
    expect_error<options::OptionError>(make, parts);
  };
  refused([] { ConvTranspose2d(4, {.stride = 0}); }, {"ConvTranspose2d", "stride is 0"});
  refused([] { ConvTranspose2d(4, {.kernel = {1, 2, 3}}); }, {"kernel has 3 numbers"});
  refused([] { ConvTranspose2d(4, {.output_padding = {-1}}); }, {"output_padding is -1"});
  refused([] { ConvTranspose1d(0); }, {"ConvTranspose1d", "filters is 0"});
  refused([] { DepthwiseConv2d({.multiplier = 0}); }, {"DepthwiseConv2d", "multiplier is 0"});
  refused([] { SeparableConv2d(0); }, {"filters is 0"});
  refused([] { LpPool2d(2, {.p = 0}); }, {"LpPool2d", "p is 0"});
  refused([] { LpPool1d(0); }, {"window is 0"});
  refused([] { AdaptiveAvgPool2d(0); }, {"output is 0"});
  refused([] { AdaptiveMaxPool1d({1, 2}); }, {"output has 2 numbers"});
  refused([] { GlobalLpPool(-1); }, {"p is -1"});
  refused([] { TrainableSubsampling({.window = 0}); }, {"window is 0"});
  refused([] { Upsample({.scale = {0}}); }, {"scale is 0"});
  refused([] { Upsample({.scale = {}}); }, {"scale is empty"});
  refused([] { Pad({-1}); }, {"padding is -1"});
  refused([] { Pad({1, 2, 3}); }, {"padding has 3 numbers", "1, 2, 4 or 6"});
  refused([] { PixelShuffle(0); }, {"block is 0"});
  refused([] { TableConv2d(std::vector<std::string>{}); }, {"TableConv2d", "no rows"});
  refused([] { TableConv2d({"11", "1"}); }, {"the row '1'", "2 digits"});
  refused([] { TableConv2d({"12"}); }, {"the row '12'"});
  refused([] { TableConv2d({"00"}); }, {"the row '00'", "at least one is 1"});
}

TEST(BadInput, C08_WindowsNameTheLayer) {
  expect_error<ShapeError>(
      [] {
        sequential(Conv2d(2), LpPool2d(9))(ones({1, 1, 8, 8}));
      },
      {"LpPool2d 9x9", "kernel 9", "6"});
  expect_error<ShapeError>(
      [] {
        sequential(ConvTranspose2d(2, {.padding = 5}))(ones({1, 1, 2, 2}));
      },
      {"ConvTranspose2d 3x3", "extent -6"});
  expect_error<ShapeError>(
      [] {
        sequential(Conv2d(2, {.padding = 9, .border = Border::reflect}))(ones({1, 1, 8, 8}));
      },
      {"Conv2d 3x3", "at most 7"});
  expect_error<ShapeError>([] { Pad({1, 1})(ones({1, 1, 8, 8})); }, {"Pad", "expected 3"});
  expect_error<ShapeError>([] { PixelShuffle(2)(ones({1, 3, 8, 8})); }, {"PixelShuffle"});
  expect_error<ShapeError>([] { DepthwiseConv2d()(ones({1, 8, 8})); }, {"DepthwiseConv2d", "expected 4"});
}

TEST(BadInput, C09_ChannelsAndGroupsOfWindowLayers) {
  expect_error<options::OptionError>([] { ConvTranspose2d(4, {.groups = 3}); },
                                     {"4 filters are not divisible by 3 groups"});
  expect_error<ShapeError>(
      [] {
        ConvTranspose2d(4, {.groups = 2})(ones({1, 3, 4, 4}));
      },
      {"3 input channels", "2 groups"});
  expect_error<ShapeError>([] { TableConv2d({"110"})(ones({1, 2, 8, 8})); }, {"2 maps", "connects 3"});
}

TEST(WindowLayers, SequencesWithPaddingThatIsNotZeroAreRefused) {
  const Padded x{ones({2, 3, 5}), tensor({5, 2}, {2}), 2};
  expect_error<ValueError>([&] { Conv1d(2, {.padding = same, .border = Border::reflect})(x); },
                           {"Conv1d", "does not hold zeros", "border = zeros"});
}

TEST(WindowLayers, GlobalPoolsLeavePaddingOut) {
  const Tensor values = tensor({-1.0f, -2.0f, 9.0f, -3.0f, 4.0f, 9.0f, 9.0f, 9.0f, 9.0f}, {3, 1, 3});
  const Padded x{values, tensor({2, 3, 0}, {3}), 2};
  EXPECT_EQ(GlobalMaxPool()(x).values.to_vector<float>(), (std::vector<float>{-1, 9, 0}));
  const auto norms = GlobalLpPool(1)(x).values.to_vector<float>();
  EXPECT_EQ(norms, (std::vector<float>{3, 16, 0}));
}

}  // namespace
}  // namespace luge::nn
