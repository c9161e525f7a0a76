// Networks as text: what is read, and that what is written is read again.
#include "luge/nn/network_file.h"

#include <typeinfo>

#include "luge/luge.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;
using testing::TempDir;

NetworkText read(const std::string& text, const FromTomlOptions& options = {}) {
  const TempDir dir;
  return from_toml(dir.write("net.toml", text), options);
}

// The paths, classes and options of all layers of a network.
std::string outline(const Module& net, const std::string& path = "") {
  std::string text = path + " " + net.type() + " ";
  if (const auto said = net.text()) text += said->name + " " + options::to_json(said->values);
  if (const auto* branches = dynamic_cast<const Branches*>(&net)) {
    for (const Branch& each : branches->layers()) {
      text += " " + each.name + " <-";
      for (const std::string& from : each.from) text += " " + from;
    }
    for (const std::string& output : branches->options().outputs) text += " out " + output;
    for (const std::string& input : branches->options().inputs) text += " in " + input;
  }
  text += "\n";
  for (const auto& [name, child] : net.children()) text += outline(*child, path + "/" + name);
  return text;
}

// Reads what to_toml writes, and compares everything.
void reads_back(const Model& net, const ToTomlOptions& options = {}) {
  const std::string text = to_toml(net, options);
  SCOPED_TRACE(text);
  const NetworkText again = read(text);
  EXPECT_EQ(outline(*again.net), outline(*net));
  EXPECT_EQ(to_toml(again.net, options), text);
}

constexpr const char* kLenet = R"([network]
name = "lenet"
input = [1, 28, 28]

[[layer]]
type = "conv2d"
filters = 6
kernel = 5
padding = "same"

[[layer]]
type = "relu"

[[layer]]
type = "max-pool2d"
window = 2

[[layer]]
type = "conv2d"
filters = 16
kernel = 5

[[layer]]
type = "relu"

[[layer]]
type = "max-pool2d"
window = 2

[[layer]]
type = "flatten"

[[layer]]
type = "linear"
outputs = 120

[[layer]]
type = "relu"

[[layer]]
type = "linear"
outputs = 84

[[layer]]
type = "relu"

[[layer]]
type = "linear"
outputs = 10
)";

TEST(NetworkFile, LenetIsTheGallerys) {
  const NetworkText text = read(kLenet);
  EXPECT_EQ(text.name, "lenet");
  EXPECT_EQ(text.input, (Shape{1, 28, 28}));
  EXPECT_FALSE(text.takes_outputs);
  const Model gallery = models::make("lenet5");
  EXPECT_EQ(outline(*text.net), outline(*gallery));
  EXPECT_EQ(to_toml(gallery, {.name = "lenet", .inputs = {{"input", f32, {unknown, 1, 28, 28}}}}), kLenet);
  random::seed(3);
  text.net->build({1, 28, 28});
  random::seed(3);
  gallery->build({1, 28, 28});
  const auto a = text.net->named_parameters(), b = gallery->named_parameters();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].name, b[k].name);
    EXPECT_EQ(a[k].variable.value().to_vector<float>(), b[k].variable.value().to_vector<float>());
  }
  EXPECT_EQ(to_toml(text.net, {.name = "lenet"}), kLenet) << "the input of its metadata";
}

TEST(NetworkFile, NamesRepeatsAndBlocks) {
  const NetworkText text = read(R"(
[[layer]]
type = "linear"
outputs = 4
name = "wide"
repeat = 3
[[layer]]
type = "block"
repeat = 2
  [[layer.layer]]
  type = "tanh"
  repeat = 2
  [[layer.layer]]
  type = "residual"
    [[layer.layer.body]]
    type = "linear"
    outputs = 4
    [layer.layer.shortcut]
    type = "linear"
    outputs = 4
[[layer]]
type = "linear"
outputs = "auto"
)",
                                {.outputs = 7, .inputs = {{"input", f32, {unknown, 4}}}});
  EXPECT_TRUE(text.takes_outputs);
  std::vector<std::string> names;
  for (const auto& [name, child] : text.net->children()) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"wide1", "wide2", "wide3", "sequential1", "sequential2", "linear1"}));
  reads_back(text.net);
  text.net->build({4});
  EXPECT_EQ(text.net->named_parameters("sequential2.*").at(0).name,
            "sequential2.residual1.body.linear1.weight");
  EXPECT_EQ(text.net->named_parameters("sequential2.*").at(2).name, "sequential2.residual1.shortcut.weight");
  EXPECT_EQ(text.net->named_parameters().back().variable.shape(), (Shape{7}));
  std::vector<std::pair<std::string, int>> lines;
  for (const auto& each : text.lines) lines.push_back(each);
  EXPECT_NE(std::find(lines.begin(), lines.end(),
                      std::pair<std::string, int>("sequential1.residual1.shortcut", 18)),
            lines.end());
  EXPECT_NE(std::find(lines.begin(), lines.end(), std::pair<std::string, int>("sequential2.tanh2", 10)),
            lines.end());
}

constexpr const char* kTwo = R"([network]
outputs = ["scores", "confidence"]

[[input]]
name = "words"
shape = [3]
dtype = "i64"

[[input]]
name = "picture"
shape = [1, 3, 3]

[[layer]]
type = "embedding"
from = "words"
count = 12
width = 5

[[layer]]
type = "lstm"
units = 5
last_only = true

[[layer]]
type = "flatten"
from = "picture"

[[layer]]
type = "linear"
outputs = 5

[[layer]]
type = "concat"
from = ["lstm1", "linear1"]

[[layer]]
type = "linear"
name = "scores"
outputs = 3

[[layer]]
type = "linear"
name = "confidence"
from = "concat1"
outputs = 1
)";

TEST(NetworkFile, SeveralInputsAndOutputs) {
  const NetworkText text = read(kTwo);
  EXPECT_EQ(to_toml(text.net, {.inputs = text.inputs}), kTwo);
  EXPECT_EQ(text.net->input_names(), (std::vector<std::string>{"words", "picture"}));
  EXPECT_EQ(text.net->output_names(), (std::vector<std::string>{"scores", "confidence"}));
  EXPECT_EQ(text.dtype, i64);
  EXPECT_FALSE(text.net->built());
  random::seed(1);
  const NamedTensors in = {{"words", tensor(std::vector<std::int64_t>{1, 5, 3, 0, 11, 7}, {2, 3})},
                           {"picture", random::normal({2, 1, 3, 3}, 0, 1)}};
  const NamedTensors out = text.net(in);
  EXPECT_EQ(out["scores"].shape(), (Shape{2, 3}));
  EXPECT_EQ(out["confidence"].shape(), (Shape{2, 1}));
  const TempDir dir;
  text.net->save(dir.file("net.safetensors"));
  EXPECT_EQ(load(dir.file("net.safetensors"))(in)["scores"].to_vector<float>(),
            out["scores"].to_vector<float>());
  const Model clone = text.net.clone();
  EXPECT_EQ(clone(in)["scores"].to_vector<float>(), out["scores"].to_vector<float>());
  EXPECT_FALSE(clone->parameters()[0].same_as(text.net->parameters()[0]));
  EXPECT_EQ(outline(*clone), outline(*text.net));
}

TEST(NetworkFile, DefaultsArePassedOn) {
  const NetworkText text = read(R"(
[[layer]]
type = "relu"
[defaults]
loss = "mse"
learning_rate = 1e-3
epochs = 5
metrics = ["accuracy", "top5"]
[defaults.task]
name = "classification"
threshold = 0.25
)");
  std::string all;
  for (const TextSetting& each : text.defaults)
    all += each.key + "=" + each.text + ":" + std::to_string(each.line) + " ";
  EXPECT_EQ(all,
            "epochs=5:7 learning_rate=0.001:6 loss=mse:5 metrics=accuracy,top5:8 task.name=classification:10 "
            "task.threshold=0.25:11 ");
  EXPECT_EQ(to_toml(Relu(), {.defaults = {{"loss", "mse"}, {"task.name", "x"}, {"batch", 3}}}),
            "[layer]\ntype = \"relu\"\n\n[defaults]\nloss = \"mse\"\ntask.name = \"x\"\nbatch = 3\n");
}

TEST(NetworkFile, WhatIsWrittenIsReadBack) {
  reads_back(Linear(3));
  reads_back(Residual(Linear(3)));
  reads_back(Residual(sequential(Linear(3), Tanh()), Linear(3)));
  reads_back(Residual(Model(Residual(Relu()))));
  reads_back(sequential(sequential(sequential(Relu()))));
  Sequential named;
  named.add("input", Relu()).add("relu2", Relu()).add(Relu()).add("a b \"c\"", Conv2d(3, {.kernel = {3, 5}}));
  reads_back(named);
  const Branches inner({{"a", Linear(3)}, {"b", Tanh(), {"input"}}, {"add1", Add(), {"a", "b", "input"}}});
  reads_back(inner);
  reads_back(sequential(inner, Residual(inner.clone())));
  reads_back(Branches({{"a", Linear(3)}, {"b", Tanh()}}));
  reads_back(Branches({{"a", Linear(3)}, {"b", Tanh()}}, {.inputs = {"x"}, .outputs = {"b", "a"}}));
}

TEST(NetworkFile, EveryLayerIsReadBack) {
  for (const std::string& name : layer_names()) {
    options::Values values;
    for (const options::Info& info : layer_options(name)) {
      if (!info.required) continue;
      if (info.choices)
        values.emplace_back(info.name, info.choices().at(0));
      else if (info.kind == options::Kind::texts)
        values.emplace_back(info.name, std::vector<std::string>{"1"});
      else if (info.kind == options::Kind::wholes)
        values.emplace_back(info.name, std::vector<std::int64_t>{1});
      else if (info.kind == options::Kind::number)
        values.emplace_back(info.name, info.low.value_or(0) + 0.5);
      else
        values.emplace_back(info.name, 2);
    }
    if (name == "dropout") values.emplace_back("rate", 0.5);  // or keep_prob: one of them
    Parts parts;
    for (const std::string& part : layer_parts(name)) parts.emplace_back(part, sequential(Tanh()));
    const Model made = layer(name, values, parts);
    if (made->input_names().size() == 1)
      reads_back(sequential(Relu(), made));
    else if (made->output_names().size() == 1) {
      std::vector<std::string> inputs(made->input_names().size(), "input");
      inputs[0] = "x";
      reads_back(Branches({{"x", Relu()}, {"made", made, inputs}}));
    }
  }
}

TEST(NetworkFile, TheGalleryIsReadBack) {
  int written = 0;
  for (const std::string& name : models::names()) {
    const Model net = models::make(name);
    try {
      to_toml(net);
    } catch (const ValueError& error) {
      EXPECT_NE(std::string(error.what()).find(net->type()), std::string::npos) << error.what();
      EXPECT_FALSE(net->text()) << name;
      continue;
    }
    SCOPED_TRACE(name);
    reads_back(net);
    ++written;
  }
  EXPECT_GT(written, 12);
}

// Networks of layers that are drawn at random.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed * 2654435761u + 12345) {}
  std::size_t below(std::size_t count) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>(state_ >> 33) % count;
  }
  Model leaf() {
    switch (below(7)) {
      case 0: return Linear(static_cast<std::int64_t>(below(9) + 1), {.bias = below(2) == 0});
      case 1: return LeakyRelu(static_cast<double>(below(100)) / 64);
      case 2: return Dropout(static_cast<double>(below(100)) / 100);
      case 3:
        return Conv2d(2, {.kernel = {1, 3}, .padding = below(2) ? Padding(same) : Padding({0, 1}, {0, 1})});
      case 4: return LSTM(3, {.init = below(2) ? std::optional(init::he_normal()) : std::nullopt});
      case 5: return BatchNorm({.momentum = 1.0 / 3});
      default: return Gelu(below(2) ? GeluForm::tanh : GeluForm::exact);
    }
  }
  Model any(int depth) {
    if (depth == 0 || below(3) == 0) return leaf();
    switch (below(4)) {
      case 0: return Residual(any(depth - 1));
      case 1: return Residual(any(depth - 1), any(depth - 1));
      case 2: return branches(depth - 1);
      default: return chain(depth - 1);
    }
  }
  Sequential chain(int depth) {
    Sequential net;
    for (std::size_t k = 0, count = below(4) + 1; k < count; ++k) {
      if (below(3) == 0)
        net.add("own" + std::to_string(k), any(depth));
      else
        net.add(any(depth));
    }
    return net;
  }
  Branches branches(int depth) {
    std::vector<Branch> layers;
    std::vector<std::string> open;
    for (std::size_t k = 0, count = below(3) + 2; k < count; ++k) {
      layers.push_back(
          {"b" + std::to_string(k), any(depth), {k == 0 || below(2) ? "input" : open[below(open.size())]}});
      open.push_back(layers.back().name);
    }
    layers.push_back({"end", below(2) ? Model(Add()) : Model(Concat(-1)), open});
    return Branches(layers);
  }

 private:
  std::uint64_t state_;
};

TEST(NetworkFile, RandomNetworksAreReadBack) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Draw draw(seed);
    reads_back(seed % 2 ? Model(draw.chain(3)) : draw.any(4));
  }
}

TEST(NetworkFile, OtherClassesAreNotWritten) {
  struct Mine : Module {
    Tensor forward(const Tensor& x) const override { return x; }
  };
  struct Wider : Linear {
    Wider() : Linear(3) {}
    Tensor forward(const Tensor& x) const override { return 2 * Linear::forward(x); }
  };
  expect_error<ValueError>([] { to_toml(sequential(Relu(), Mine())); },
                           {"layer mine1", "Mine", "not a registered layer"});
  expect_error<ValueError>([] { to_toml(sequential(Residual(sequential(Wider())))); },
                           {"layer residual1.body.wider1", "Wider", "linear"});
  expect_error<ValueError>([] { to_toml(Sequential()); }, {"no layers"});
  expect_error<ValueError>([] { to_toml(Residual(Sequential())); }, {"body has no layers"});
  const Linear shared(3);
  expect_error<ValueError>([&] { to_toml(sequential(shared, Relu(), shared)); },
                           {"layer linear2", "shares its parameters with layer linear1"});
  const Relu relu;
  reads_back(sequential(relu, relu));
  const init::Initializer own("mine", [](const Shape& s, const init::Fans&, DType d) { return zeros(s, d); });
  expect_error<ValueError>([&] { to_toml(sequential(Linear(3, {.init = own}))); }, {"linear1", "mine"});
}

}  // namespace
}  // namespace luge::nn
