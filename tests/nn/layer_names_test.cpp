// Layers by name: each is made from text, and says what it is as the same text.
#include "luge/nn/layers.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <typeinfo>

#include "core/registry.h"
#include "luge/luge.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using options::Value;
using options::Values;
using testing::expect_error;

// A value that is right and, where possible, is not the default.
Value other_value(const options::Info& info) {
  if (info.choices) {
    const std::vector<std::string> names = info.choices();
    for (const std::string& name : names) {
      if (Value(name) != info.fallback) return name;
    }
    return names.at(0);
  }
  const double low = info.low.value_or(0), high = info.high.value_or(low + 3);
  switch (info.kind) {
    case options::Kind::flag: return !std::get<bool>(info.fallback);
    case options::Kind::whole: {
      const auto value = static_cast<std::int64_t>(low) + 2;
      return Value(value) == info.fallback ? Value(value + 1) : Value(value);
    }
    case options::Kind::number: {
      const Value value(low + (high - low) / 4);
      return value == info.fallback ? Value(low + (high - low) / 2) : value;
    }
    case options::Kind::numbers: return std::vector<double>{low + (high - low) / 2};
    case options::Kind::texts: return std::vector<std::string>{"1"};
    case options::Kind::wholes: {
      const std::vector<std::int64_t> one{static_cast<std::int64_t>(low) + 1};
      return Value(one) == info.fallback ? Value(std::vector{one[0] + 1}) : Value(one);
    }
    case options::Kind::text: return init::he_normal(init::Fan::out).name();
    default: ADD_FAILURE() << info.name << " is of a kind that no layer had"; return {};
  }
}

Parts parts_of(const std::string& name) {
  Parts parts;
  for (const std::string& part : layer_parts(name)) parts.emplace_back(part, sequential(Tanh()));
  return parts;
}

Values required_of(const std::string& name) {
  if (name == "dropout") return {{"rate", 0.2}};  // or keep_prob
  Values values;
  for (const options::Info& info : layer_options(name)) {
    if (info.required) values.emplace_back(info.name, other_value(info));
  }
  return values;
}

void reads_back(const std::string& name, const Values& values) {
  SCOPED_TRACE(name + " " + options::to_json(values));
  const Model made = layer(name, values, parts_of(name));
  const auto text = made->text();
  ASSERT_TRUE(text);
  EXPECT_EQ(text->name, name);
  EXPECT_EQ(options::to_json(text->values), options::to_json(values));
  EXPECT_EQ(text->parts.size(), layer_parts(name).size());
  const Model again = layer(text->name, text->values, text->parts);
  EXPECT_EQ(again->describe(), made->describe());
  EXPECT_EQ(options::to_json(again->text()->values), options::to_json(values));
  const Module &a = *made, &b = *again;
  EXPECT_EQ(typeid(a), typeid(b));
}

class LayersByName : public ::testing::TestWithParam<std::string> {};

TEST_P(LayersByName, SayWhatTheyAre) {
  const std::string& name = GetParam();
  reads_back(name, required_of(name));
  if (name == "dropout") return reads_back(name, {{"keep_prob", 0.8}});  // and never both
  for (const options::Info& info : layer_options(name)) {
    if (info.required) continue;
    Values values;  // in the order of the listing
    for (const options::Info& each : layer_options(name)) {
      if (each.required || each.name == info.name) values.emplace_back(each.name, other_value(each));
    }
    reads_back(name, values);
  }
}

TEST_P(LayersByName, HaveHelpForEachOption) {
  const Member member = find_family("layer")->member(GetParam());
  EXPECT_FALSE(member.description.empty());
  for (const options::Info& info : member.options) {
    EXPECT_FALSE(info.help.empty()) << info.name;
    EXPECT_FALSE(info.expected().empty()) << info.name;
  }
}

TEST_P(LayersByName, RefuseWhatIsNotRight) {
  const std::string& name = GetParam();
  Values values = required_of(name);
  values.emplace_back("no_such", 1);
  expect_error<options::OptionError>([&] { layer(name, values, parts_of(name)); },
                                     {"layer " + name, "no option 'no_such'"});
  expect_error<ValueError>(
      [&] {
        layer(name, required_of(name), {{"no_such", Relu()}});
      },
      {"layer " + name, "no part 'no_such'"});
  for (const options::Info& info : layer_options(name)) {
    if (!info.required) continue;
    Values without = required_of(name);
    std::erase_if(without, [&](const auto& each) { return each.first == info.name; });
    expect_error<options::OptionError>([&] { layer(name, without); }, {info.name + " is missing"});
    if (info.low) {
      Values low = required_of(name);
      for (auto& [option, value] : low) {
        if (option == info.name) value = static_cast<std::int64_t>(*info.low) - 1;
      }
      expect_error<options::OptionError>([&] { layer(name, low); }, {info.name + " is", "expected"});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, LayersByName, ::testing::ValuesIn(layer_names()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(LayerNames, AreAllLayers) {
  // Each layer of the contract test that is a class of its own is there by the class's name.
  std::set<std::string> types;
  for (const std::string& name : layer_names())
    types.insert(layer(name, required_of(name), parts_of(name))->type());
  for (const Model& each : {Model(Linear(1)),
                            Model(Conv1d(1)),
                            Model(Conv2d(1)),
                            Model(Conv3d(1)),
                            Model(ConvTranspose1d(1)),
                            Model(ConvTranspose2d(1)),
                            Model(ConvTranspose3d(1)),
                            Model(DepthwiseConv2d()),
                            Model(SeparableConv2d(1)),
                            Model(TableConv2d({"1"})),
                            Model(TrainableSubsampling()),
                            Model(LpPool1d(1)),
                            Model(LpPool2d(1)),
                            Model(LpPool3d(1)),
                            Model(AdaptiveAvgPool1d(1)),
                            Model(AdaptiveAvgPool2d(1)),
                            Model(AdaptiveAvgPool3d(1)),
                            Model(AdaptiveMaxPool1d(1)),
                            Model(AdaptiveMaxPool2d(1)),
                            Model(AdaptiveMaxPool3d(1)),
                            Model(GlobalMaxPool()),
                            Model(GlobalLpPool()),
                            Model(Upsample()),
                            Model(Pad({1})),
                            Model(PixelShuffle(1)),
                            Model(MaxPool1d(1)),
                            Model(MaxPool2d(1)),
                            Model(MaxPool3d(1)),
                            Model(AvgPool1d(1)),
                            Model(AvgPool2d(1)),
                            Model(AvgPool3d(1)),
                            Model(GlobalAvgPool()),
                            Model(BatchNorm()),
                            Model(LayerNorm()),
                            Model(Dropout(0)),
                            Model(Flatten()),
                            Model(Embedding(1, 1)),
                            Model(LSTM(1)),
                            Model(GRU(1)),
                            Model(MultiHeadAttention(1, 1)),
                            Model(TransformerBlock(1, 1)),
                            Model(RNN(1)),
                            Model(RNNCell(1)),
                            Model(LSTMCell(1)),
                            Model(GRUCell(1)),
                            Model(TransformerEncoderLayer(1, 1)),
                            Model(TransformerEncoder(1, 1, 1)),
                            Model(TransformerDecoderLayer(1, 1)),
                            Model(TransformerDecoder(1, 1, 1)),
                            Model(PositionalEncoding(1)),
                            Model(Bilinear(1)),
                            Model(Reshape({1})),
                            Model(Permute({1})),
                            Model(Scale(1)),
                            Model(Views(Relu())),
                            Model(TimeDistributed(Relu())),
                            Model(Lambda("exp")),
                            Model(RBM(1)),
                            Model(Relu()),
                            Model(LeakyRelu()),
                            Model(Relu6()),
                            Model(Gelu()),
                            Model(Sigmoid()),
                            Model(Tanh()),
                            Model(Softmax()),
                            Model(Residual(Relu())),
                            Model(Sequential()),
                            Model(Add()),
                            Model(Multiply()),
                            Model(Concat()),
                            Model(BroadcastLike())})
    EXPECT_TRUE(types.contains(each->type())) << each->type();
}

TEST(LayerNames, TakeShortAndLongForms) {
  const auto values = [](const Model& net) { return options::to_json(net->text()->values); };
  EXPECT_EQ(values(Conv2d(4, {.kernel = {3, 5}, .padding = same})),
            R"({"filters":4,"kernel":[3,5],"padding":"same"})");
  EXPECT_EQ(values(layer("conv2d", {{"filters", 4}, {"padding", 1}})), R"({"filters":4,"padding":[1]})");
  EXPECT_EQ(values(Conv2d(4, {.padding = {{1}, {2}}})), R"({"filters":4,"padding":[1,1,2,2]})");
  EXPECT_EQ(values(Conv1d(4, {.padding = {{1}, {2}}})), R"({"filters":4,"padding":[1,2]})");
  EXPECT_EQ(values(layer("max-pool2d", {{"window", std::vector<std::int64_t>{2, 3}}})),
            R"({"window":[2,3]})");
  expect_error<options::OptionError>(
      [] {
        layer("conv2d", {{"filters", 4}, {"padding", std::vector<std::int64_t>{1, 2}}});
      },
      {"padding has 2 numbers", "1 or 4"});
  expect_error<options::OptionError>(
      [] {
        layer("conv2d", {{"filters", 4}, {"padding", std::vector<std::int64_t>{1, 2, 3}}});
      },
      {"padding", "expected valid, same, full"});
  expect_error<options::OptionError>(
      [] {
        layer("conv2d", {{"filters", 4}, {"padding", "sam"}});
      },
      {"padding is 'sam'; did you mean same?"});
  expect_error<options::OptionError>(
      [] {
        layer("conv2d", {{"filters", 4}, {"kernel_size", 3}});
      },
      {"no option 'kernel_size'; did you mean kernel?"});
  expect_error<options::OptionError>(
      [] {
        layer("conv2d", {{"filters", 4}, {"kernel", 0}});
      },
      {"kernel is 0; expected a whole number from 1, or one for each spatial axis"});
  expect_error<options::OptionError>(
      [] {
        layer("multi-head-attention", {{"width", 6}, {"heads", 4}});
      },
      {"width 6 is not divisible by 4 heads"});
  expect_error<ValueError>([] { layer("conv2"); }, {"no layer is called 'conv2'; did you mean conv2d?"});
  expect_error<options::OptionError>([] { layer("residual"); }, {"residual", "'body' is missing"});
  expect_error<options::OptionError>(
      [] {
        layer("residual", {}, {{"shortcut", Relu()}});
      },
      {"'body' is missing"});
  expect_error<ValueError>([] { layer("block", {}, {{"layer", Relu()}, {"layer", Relu()}}); }, {"twice"});
  expect_error<options::OptionError>([] { layer("block"); }, {"block", "'layer' is missing"});
}

TEST(LayerNames, ActivationsAreFoundByWhatTheyDo) {
  EXPECT_EQ(activation_names(),
            (std::vector<std::string>{"celu",      "elu",       "gelu",        "hard-sigmoid", "hard-swish",
                                      "hard-tanh", "hardmax",   "leaky-relu",  "log-softmax",  "mish",
                                      "relu",      "relu6",     "scaled-tanh", "selu",         "sigmoid",
                                      "silu",      "softmax",   "softmin",     "softplus",     "softsign",
                                      "step",      "stretched", "tanh",        "threshold"}));
}

// A layer of a user: a class, its options, one line.
struct StretchedOptions {
  double scale = 1;
  std::int64_t power = 1;
  bool odd = true;
  static void fields(auto& self, auto&& field) {
    field("scale", self.scale, "the factor", options::above(0));
    field("power", self.power, "the power of the tanh", options::within(1, 9));
    field("odd", self.odd, "keep the sign");
  }
};
struct Stretched : Elementwise<Stretched> {
  explicit Stretched(const StretchedOptions& options) : options(options) {}
  StretchedOptions options;
  Tensor forward(const Tensor& x) const override { return options.scale * tanh(x); }
  std::optional<LayerText> text() const override { return LayerText{"stretched", values_as_text(options)}; }
};
const bool added =
    add_layer("stretched", "a stretched tanh", [](const StretchedOptions& o) { return Stretched(o); });

TEST(LayerNames, TakeLayersOfYourOwn) {
  EXPECT_TRUE(added);
  EXPECT_FALSE(add_layer("stretched", "again", [] { return Relu(); }));
  const Model made = layer("stretched", {{"scale", 3}});
  EXPECT_NEAR(made(ones({1}))[0].item<float>(), 3 * std::tanh(1.0), 1e-6);
  EXPECT_EQ(options::to_json(made->text()->values), R"({"scale":3.0})");
}

}  // namespace
}  // namespace luge::nn
