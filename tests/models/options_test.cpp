// The options of the gallery: each changes the network, and without them it is the usual one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/registry.h"
#include "luge/models/gallery.h"
#include "luge/named_tensors.h"
#include "luge/nn/observe.h"
#include "luge/nn/summary.h"
#include "luge/ops/math.h"
#include "support/errors.h"

namespace luge::models {
namespace {

using options::Values;
using testing::expect_error;

std::vector<options::Info> options_of(const std::string& name) {
  return find_family("model")->member(name).options;
}

std::string tree(const nn::Module& module, const std::string& path) {
  std::string text = fmt::format("\n{} {}", path, module.describe());
  for (const auto& [name, child] : module.children()) text += tree(*child, path + "." + name);
  return text;
}

// Networks with several inputs read texts and their lengths.
nn::Summary summary_of(const nn::Module& net, const Shape& input, DType dtype) {
  const std::vector<std::string> names = net.input_names();
  if (names.size() == 1) return nn::summary(net, input, dtype);
  NamedTensors inputs;
  for (const std::string& name : names)
    inputs.set(name, name.ends_with(".length") ? full({1}, 3, i64) : zeros({1, 3}, i64));
  return nn::summary(net, inputs);
}

// The shape of the input and what every layer is.
std::string form(const std::string& name, const Values& values = {}) {
  const nn::TypesAlone types;
  const Entry entry = find(name, values);
  const Shape input = entry.input.known() ? entry.input : Shape{7};
  std::string text = input.to_string();
  const nn::Model net = entry.make(entry.outputs);
  for (const nn::LayerSummary& layer : summary_of(*net, input, entry.dtype).layers)
    text += fmt::format("\n{} {} {}", layer.path, layer.output.to_string(), layer.parameters);
  return text + tree(*net, "");
}

std::int64_t parameters(const std::string& name, const Values& values) {
  const nn::TypesAlone types;
  const Entry entry = find(name, values);
  return nn::summary(*entry.make(entry.outputs), entry.input, entry.dtype).parameters;
}

// A value other than the default, by the name of the option.
options::Value other_value(const options::Info& option) {
  if (option.name == "width" && option.kind == options::Kind::whole) return 192;
  if (option.fallback == options::Value("gelu")) return "relu";
  if (option.name == "dropout") return option.fallback == options::Value(0.25) ? 0.5 : 0.25;
  if (option.name == "stride") return option.fallback == options::Value(std::int64_t{16}) ? 8 : 16;
  const std::vector<std::pair<std::string, options::Value>> others = {
      {"activation", "gelu"},
      {"depth", 34},
      {"embedding", 8},
      {"filters", 8},
      {"frame", 0},
      {"heads", 2},
      {"hidden", 16},
      {"layers", 1},
      {"learn_codes", true},
      {"length", 32},
      {"units", 16},
      {"width", 2},
      {"normalization", "batch-norm"},
      {"residual", true},
      {"levels", 3},
      {"growth", 8},
      {"drop_path", 0.5},
      {"layer_scale", 0.5},
      {"patch", 32},
      {"picture", 64},
      {"positions", 4},
      {"blocks", 3},
      {"cell", "lstm"},
      {"source_vocabulary", 70},
      {"scales", 2},
      {"vocabulary", 50},
      {"widths", std::vector<std::int64_t>{2}}};
  const auto found = std::ranges::find(others, option.name, [](const auto& other) { return other.first; });
  if (found == others.end()) ADD_FAILURE() << "no value to try for " << option.name;
  return found == others.end() ? options::Value() : found->second;
}

TEST(GalleryOptions, ChangeTheNetwork) {
  int changed = 0;
  for (const std::string& name : names()) {
    for (const options::Info& option : options_of(name)) {
      EXPECT_FALSE(option.help.empty()) << name << "." << option.name;
      if (option.name == "initializer") continue;  // it changes values alone: MakeDeepNetworks
      // Between layers of one width.
      Values usual, other;
      if (option.name == "residual") usual = other = {{"hidden", "16x2"}};
      const bool several = name == "keypoint-maps" && option.name == "filters";
      other.emplace_back(option.name, several ? option.parse("8,8") : other_value(option));
      EXPECT_NE(form(name, other), form(name, usual)) << name << "." << option.name;
      ++changed;
    }
  }
  EXPECT_GE(changed, 90);
}

TEST(GalleryOptions, AreTheUsualNetworkByDefault) {
  for (const std::string& name : names()) {
    Values values;
    for (const options::Info& option : options_of(name)) values.emplace_back(option.name, option.fallback);
    EXPECT_EQ(form(name, values), form(name)) << name;
  }
}

TEST(GalleryOptions, CanBeWrittenAsText) {
  for (const std::string& name : names()) {
    for (const options::Info& option : options_of(name)) {
      if (std::holds_alternative<std::monostate>(option.fallback)) continue;
      const options::Value read = option.checked(option.parse(options::text(option.fallback)));
      EXPECT_EQ(form(name, {{option.name, read}}), form(name)) << name << "." << option.name;
    }
  }
}

// Parameters of torchvision's networks.
TEST(GalleryOptions, MakeTheNetworksOfTorchvision) {
  EXPECT_EQ(parameters("resnet", {{"depth", 18}}), 11689512);
  EXPECT_EQ(parameters("resnet", {{"depth", 34}}), 21797672);
  EXPECT_EQ(parameters("resnet", {{"depth", 50}}), 25557032);
  EXPECT_EQ(parameters("resnet", {{"depth", 101}}), 44549160);
  EXPECT_EQ(parameters("resnet", {{"depth", 152}}), 60192808);
  EXPECT_EQ(parameters("mobilenet-v2", {{"width", 0.5}}), 1968680);
  EXPECT_EQ(parameters("vit-small", {{"layers", 12}, {"heads", 12}, {"width", 768}}), 86567656) << "vit_b_16";
  EXPECT_EQ(parameters("vit-small", {{"heads", 12}, {"width", 768}, {"patch", 32}}), 88224232) << "vit_b_32";
  EXPECT_EQ(form("resnet", {{"depth", 50}}), form("resnet50"));
  for (const int stride : {8, 16})  // deeplabv3_resnet50 without its auxiliary classifier
    EXPECT_EQ(parameters("deeplab", {{"depth", 50}, {"stride", stride}}), 39638869);
}

// Each level halves the extents, and the filters spread where they would be halved once more.
TEST(GalleryOptions, GiveMasksOfTheSizeOfThePicture) {
  const auto output = [](const std::string& name, const Values& values, const Shape& input) {
    const nn::TypesAlone types;
    return make(name, 3, values)(zeros(input)).shape();
  };
  EXPECT_EQ(output("unet", {{"width", 2}, {"levels", 2}}, {1, 1, 20, 12}), (Shape{1, 3, 20, 12}));
  for (const int stride : {8, 16, 32})
    EXPECT_EQ(output("fcn", {{"width", 0.1}, {"stride", stride}}, {1, 3, 64, 96}), (Shape{1, 3, 64, 96}));
  EXPECT_EQ(output("deeplab", {{"width", 0.1}, {"stride", 8}}, {1, 3, 40, 24}), (Shape{1, 3, 40, 24}));
  EXPECT_EQ(output("deeplab", {{"width", 0.1}}, {1, 3, 48, 16}), (Shape{1, 3, 48, 16}));
  const auto trunk = [](const Values& values, const std::string& layer) {
    const nn::TypesAlone types;
    for (const nn::LayerSummary& each : nn::summary(*make("deeplab", 3, values), {3, 64, 64}).layers) {
      if (each.path.starts_with(layer)) return each.output;
    }
    return Shape{};
  };
  EXPECT_EQ(trunk({{"stride", 8}}, "stage4_block2")[2], 8) << "64 pixels, an eighth";
  EXPECT_EQ(trunk({{"stride", 16}}, "stage4_block2")[2], 4);
}

TEST(GalleryOptions, TheChannelsOfAUNetFollowFromOneNumber) {
  // Weights and biases of all convolutions for 16 channels, of which each level below has twice as many.
  std::int64_t expected = 0, before = 1;
  for (int level = 0; level <= 4; ++level) {
    const std::int64_t own = std::int64_t{16} << level;
    expected += 9 * before * own + own + 9 * own * own + own;
    if (level < 4) expected += 4 * 2 * own * own + own + 9 * 2 * own * own + own + 9 * own * own + own;
    before = own;
  }
  EXPECT_EQ(parameters("unet", {{"width", 16}}), expected + 16 * 2 + 2);
  expect_error<options::OptionError>(
      [] {
        find("unet", {{"width", 0.25}});
      },
      {"width is 0.25", "whole number"});
  expect_error<options::OptionError>([] { find("unet", {{"levels", 9}}); }, {"levels is 9", "1 to 8"});
  expect_error<options::OptionError>([] { find("fcn", {{"stride", 4}}); }, {"stride is 4", "8, 16, 32"});
  expect_error<options::OptionError>([] { find("unet", {{"normalization", "batch"}}); }, {"batch-norm"});
}

TEST(GalleryOptions, ChooseHiddenLayers) {
  const nn::Summary summary = nn::summary(
      *make("mlp", 10, {{"hidden", std::vector<std::int64_t>{256, 128}}, {"dropout", 0.3}}), {1, 28, 28});
  EXPECT_EQ(summary.parameters, 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10);
  EXPECT_EQ(
      std::ranges::count_if(summary.layers, [](const auto& l) { return l.type.starts_with("Dropout"); }), 2);
  for (const options::Value& none : {options::Value("none"), options::Value(std::vector<std::int64_t>())})
    EXPECT_EQ(parameters("mlp", {{"hidden", none}}), 7850) << "a linear model";
  EXPECT_EQ(parameters("lenet5", {{"width", 2}}),
            12 * 26 + 32 * (12 * 25 + 1) + 240 * (32 * 25 + 1) + 168 * 241 + 10 * 169);
}

TEST(GalleryOptions, MakeDeepNetworks) {
  EXPECT_EQ(parameters("mlp", {{"hidden", "64x20"}}), 784 * 64 + 64 + 19 * (64 * 64 + 64) + 64 * 10 + 10);
  EXPECT_EQ(parameters("mlp", {{"hidden", "32,16x2"}}),
            784 * 32 + 32 + 32 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10);
  const nn::Summary summary = nn::summary(
      *make("mlp", 10, {{"hidden", "32,16x3"}, {"residual", true}, {"normalization", "batch-norm"}}),
      {1, 28, 28});
  const auto count = [&](std::string_view type) {
    return std::ranges::count_if(summary.layers, [&](const auto& l) { return l.type.starts_with(type); });
  };
  EXPECT_EQ(count("BatchNorm"), 4) << "before each activation";
  EXPECT_TRUE(std::ranges::any_of(summary.layers, [](const auto& l) {
    return l.path.starts_with("residual2.");
  })) << "the layers that have as many units before them";
  const nn::Model equal = make("mlp", 10, {{"hidden", 8}, {"initializer", "constant(value=0.5)"}});
  equal->build({1, 28, 28}, f32);
  for (const auto& [name, parameter] : equal->named_parameters()) {
    for (const double value : parameter.value().to_vector<double>())
      ASSERT_EQ(value, name.ends_with("bias") ? 0 : 0.5) << name;
  }
}

TEST(GalleryOptions, SetTheLengthOfTexts) {
  const Entry entry = find("gpt-4x128", {{"length", 32}});
  EXPECT_EQ(entry.input, Shape{32});
  EXPECT_EQ(entry.defaults.task_options,
            (std::vector<std::pair<std::string, std::string>>{{"length", "32"}}));
}

TEST(GalleryOptions, RefuseWhatIsNotRight) {
  using options::OptionError;
  const auto refused = [](const std::string& name, const Values& values,
                          std::initializer_list<std::string> words) {
    expect_error<OptionError>([&] { find(name, values); }, words);
  };
  refused("lenet5", {{"hidden", 3}}, {"model lenet5", "'hidden'", "width, dropout or activation"});
  refused("perceptron", {{"hidden", 3}}, {"model perceptron", "'hidden'", "none"});
  refused("mlp", {{"hidden", 0}}, {"model mlp", "hidden is 0", "whole numbers from 1"});
  refused("mlp", {{"hidden", "all"}}, {"hidden is 'all'", "or none"});
  refused("mlp", {{"hidden", "64x0"}}, {"hidden is '64x0'", "whole numbers from 1"});
  refused("mlp", {{"hidden", "8,64xx2"}}, {"whole numbers from 1"});
  refused("mlp", {{"hidden", "64x1000000000"}}, {"at most 10000 layers"});
  refused("mlp", {{"normalization", "batch"}}, {"did you mean batch-norm?"});
  refused("mlp", {{"initializer", "he_norma"}}, {"he_normal"});
  refused("mlp", {{"units", 3}}, {"did you mean hidden?"});
  refused("mlp", {{"dropout", 1}}, {"dropout is 1", "below 1"});
  refused("lenet5", {{"width", 0}}, {"width is 0", "above 0"});
  refused("lenet5", {{"activation", "rellu"}}, {"activation is 'rellu'", "relu"});
  refused("resnet", {{"depth", 33}}, {"depth is 33", "18, 34, 50, 101, 152"});
  expect_error<ValueError>(
      [] {
        find("gpt-4x128", {{"heads", 3}});
      },
      {"model gpt-4x128", "heads is 3", "width = 128"});
  expect_error<ValueError>([] { find("lenet6"); }, {"lenet6", "did you mean lenet5?"});
}

}  // namespace
}  // namespace luge::models
