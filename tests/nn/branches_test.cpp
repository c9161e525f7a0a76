// Branches, and the layers that make one tensor of several.
#include "luge/nn/branches.h"

#include "luge/gradient_check.h"
#include "luge/luge.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;

Tensor drawn(const Shape& shape, DType dtype = f64) { return random::uniform(shape, -1, 1, dtype); }

TEST(Merges, ComputeWhatTheySay) {
  random::seed(1);
  const Tensor a = drawn({2, 3, 4}), b = drawn({2, 3, 4}), c = drawn({2, 3, 4});
  const auto values = [](const Tensor& x) { return x.to_vector<double>(); };
  EXPECT_EQ(values(Add()({a, b, c})[0]), values(a + b + c));
  EXPECT_EQ(values(Multiply()({a, b})[0]), values(a * b));
  const Tensor gate = drawn({2, 3, 1});
  EXPECT_EQ(values(Multiply()({a, gate})[0]), values(a * gate));
  EXPECT_EQ(values(Concat()({a, b})[0]), values(concat({a, b}, 1)));
  EXPECT_EQ(values(Concat(-1)({a, gate, c})[0]), values(concat({a, gate, c}, 2)));
  EXPECT_EQ(values(BroadcastLike()({gate, a})[0]), values(gate + 0 * a));
  EXPECT_EQ(values(Add()(NamedTensors{{"first", a}, {"second", b}})["output"]), values(a + b));
}

TEST(Merges, RefuseWhatDoesNotFit) {
  const Tensor a = ones({2, 3}), b = ones({2, 1});
  expect_error<ShapeError>([&] { Add()({a}); }, {"Add", "1 tensors", "at least 2"});
  expect_error<ShapeError>([&] { Add()({a, b}); }, {"Add", "input 2 is [2,1]", "[2,3]", "equal shapes"});
  expect_error<ShapeError>([&] { Multiply()({a, ones({2, 2})}); }, {"Multiply"});
  expect_error<ShapeError>([&] { Concat()({a, ones({3, 3})}); }, {"Concat 1"});
  expect_error<ShapeError>([&] { Concat(2)({a, a}); }, {"Concat 2"});
  expect_error<ShapeError>([&] { BroadcastLike()({a, b}); }, {"BroadcastLike"});
  expect_error<ShapeError>([&] { BroadcastLike()({b, a, a}); }, {"3 tensors", "expected 2"});
}

TEST(Merges, GradientsAreRight) {
  random::seed(2);
  const Tensors in = {drawn({2, 3, 2}), drawn({2, 3, 2}), drawn({2, 3, 2})};
  for (const Model& merge : {Model(Add()), Model(Multiply()), Model(Concat()), Model(Concat(-1))}) {
    const auto report = gradient_check([&](const Tensors& x) { return merge(x); }, in);
    EXPECT_TRUE(report.passed) << merge->describe() << "\n" << report.to_string();
    EXPECT_EQ(report.checked, 36);
  }
  const Tensors both = {drawn({2, 3, 1}), drawn({2, 3, 4})};
  const auto spread = gradient_check([](const Tensors& x) { return BroadcastLike()(x); }, both);
  EXPECT_TRUE(spread.passed) << spread.to_string();
}

// Two branches over a skip, as a network file makes it.
Branches skips() {
  return Branches({{"a", Linear(4)},
                   {"b", Tanh()},
                   {"c", Linear(4), {"input"}},
                   {"sum", Add(), {"b", "c", "a"}},
                   {"gate", Sigmoid(), {"c"}},
                   {"gated", Multiply(), {"sum", "gate"}},
                   {"joined", Concat(-1), {"gated", "input"}},
                   {"d", Linear(2)}});
}

TEST(BranchesTest, ComputeAsTheSameCode) {
  random::seed(3);
  const Branches net = skips();
  const Tensor x = drawn({2, 3});
  const Tensor y = net(x);
  ASSERT_EQ(y.shape(), (Shape{2, 2}));
  const auto parameters = net.named_parameters();
  ASSERT_EQ(parameters.size(), 6u);
  EXPECT_EQ(parameters[0].name, "a.weight");
  const auto value = [&](std::size_t k) { return parameters[k].variable.value(); };
  const Tensor a = linear(x, value(0), value(1)), c = linear(x, value(2), value(3));
  const Tensor gated = (tanh(a) + c + a) * sigmoid(c);
  const Tensor expected = linear(concat({gated, x}, -1), value(4), value(5));
  const auto got = y.to_vector<double>(), wanted = expected.to_vector<double>();
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], wanted[k], 1e-12);
  const auto report = gradient_check([&] { return Tensors{net(x)}; }, net.parameters());
  EXPECT_TRUE(report.passed) << report.to_string();
  EXPECT_EQ(summary(net, Shape{3}, f64).parameters, 16 + 16 + 16);
}

TEST(BranchesTest, CopiesShareClonesDoNot) {
  random::seed(4);
  const Branches net = skips();
  const Branches copy = net;
  const Tensor x = drawn({2, 3}, f32);
  const auto y = net(x).to_vector<float>();
  EXPECT_EQ(copy(x).to_vector<float>(), y);
  EXPECT_TRUE(copy.parameters()[0].same_as(net.parameters()[0]));
  const Branches clone = net.clone();
  EXPECT_EQ(clone(x).to_vector<float>(), y);
  EXPECT_FALSE(clone.parameters()[0].same_as(net.parameters()[0]));
  EXPECT_EQ(Model(sequential(net, Relu())).clone()->named_parameters().size(), 6u);
  const testing::TempDir dir;
  net.save(dir.file("net.safetensors"));
  EXPECT_EQ(load(dir.file("net.safetensors"))(x).to_vector<float>(), y);
}

TEST(BranchesTest, PaddingChangesNoResult) {
  random::seed(5);
  const Branches net({{"a", Linear(4)},
                      {"b", GRU(4), {"input"}},
                      {"sum", Add(), {"a", "b", "a"}},
                      {"product", Multiply(), {"sum", "b"}},
                      {"joined", Concat(-1), {"product", "input"}},
                      {"last", LSTM(3, {.last_only = true})}});
  const Tensor x = drawn({3, 5, 2});
  const std::vector<std::int64_t> lengths = {5, 2, 3};
  const Padded y = net(Padded{x, tensor(lengths, {3})});
  EXPECT_FALSE(y.length.defined());
  for (std::int64_t n = 0; n < 3; ++n) {
    const Tensor alone = net(slice(slice(x, 0, n, n + 1), 1, 0, lengths[static_cast<std::size_t>(n)]));
    const auto one = alone.to_vector<double>(), all = slice(y.values, 0, n, n + 1).to_vector<double>();
    for (std::size_t k = 0; k < one.size(); ++k) EXPECT_NEAR(one[k], all[k], 1e-12);
  }
  // The lengths of branches that shorten sequences differently are the smaller ones.
  const Branches shorter({{"a", Conv1d(2, {.padding = 1}), {"input"}},
                          {"b", MaxPool1d(3, {.stride = 1, .padding = 1}), {"input"}},
                          {"sum", Add(), {"a", "b"}}});
  const Padded z = shorter(Padded{drawn({3, 2, 5}), tensor(lengths, {3}), 2});
  EXPECT_EQ(cast(z.length, i64).to_vector<std::int64_t>(), lengths);
  EXPECT_EQ(z.axis, 2);
  const Branches along({{"a", Tanh()}, {"joined", Concat(1), {"a", "input"}}});
  expect_error<ShapeError>(
      [&] {
        along(Padded{x, tensor(lengths, {3})});
      },
      {"joined (Concat 1)", "padded axis"});
  const Branches ended({{"a", GRU(2, {.last_only = true})}, {"joined", Concat(1), {"a", "input"}}});
  expect_error<ShapeError>(
      [&] {
        ended(Padded{x, tensor(lengths, {3})});
      },
      {"joined (Concat 1)", "lengths of each input"});
}

TEST(BranchesTest, RefuseWhatIsNotANetwork) {
  const auto refuses = [](const std::vector<Branch>& layers, const BranchesOptions& options,
                          const std::string& part) {
    expect_error<ValueError>([&] { (void)Branches(layers, options); }, {"Branches: ", part});
  };
  refuses({}, {}, "no layers");
  refuses({{"a", Relu()}}, {.inputs = {}}, "no inputs");
  refuses({{"", Relu()}}, {}, "cannot be a name");
  refuses({{"a.b", Relu()}}, {}, "cannot be a name");
  refuses({{"input", Relu()}}, {}, "given twice");
  refuses({{"a", Relu()}, {"a", Relu()}}, {}, "layer a: the name 'a' is given twice");
  refuses({{"a", Relu(), {"b"}}}, {}, "layer a: from names 'b', which does not exist");
  refuses({{"a", Relu(), {"a"}}}, {}, "layer a: from names the layer itself");
  refuses({{"a", Relu(), {"b"}}, {"b", Relu(), {"input"}}}, {}, "comes later");
  refuses({{"a", Relu(), {"b"}}, {"b", Relu(), {"c"}}, {"c", Relu(), {"a"}}}, {}, "a cycle: a, b, c, a");
  refuses({{"a", Relu()}, {"b", Relu(), {"input"}}}, {}, "layer a: nothing reads its result");
  refuses({{"a", Relu()}}, {.inputs = {"input", "other"}}, "layer a: it does not say which of the inputs");
  refuses({{"a", Relu(), {"x"}}}, {.inputs = {"x", "y"}}, "no layer reads the input 'y'");
  refuses({{"a", Relu()}}, {.outputs = {"b"}}, "outputs name 'b', which is not a layer");
  refuses({{"a", Add()}}, {}, "layer a: it takes at least 2 inputs, and reads 1");
  refuses({{"a", Relu(), {"input", "input"}}}, {}, "layer a: it takes 1 input, and reads 2");
}

TEST(BranchesTest, AModelMayBeAnyPart) {
  random::seed(6);
  const Model relu = layer("relu"), linear = layer("linear", {{"outputs", 3}});
  Sequential net = sequential(linear, relu, Model(sequential(Linear(2))));
  net.add("last", layer("tanh"));
  EXPECT_EQ(net.children()[0].first, "linear1");
  EXPECT_EQ(net.children()[2].first, "sequential1");
  const Tensor x = drawn({2, 4}, f32);
  EXPECT_EQ(net(x).shape(), (Shape{2, 2}));
  EXPECT_TRUE(net.parameters()[0].same_as(linear->parameters()[0]));
  EXPECT_FALSE(net.clone().parameters()[0].same_as(linear->parameters()[0]));
  EXPECT_EQ(net.clone()(x).to_vector<float>(), net(x).to_vector<float>());
  // Layers that share their state share it in clones, too.
  const Model tied = sequential(linear, layer("linear", {{"outputs", 4}}), linear).clone();
  EXPECT_EQ(tied(x).shape(), (Shape{2, 3}));
  EXPECT_EQ(tied->named_parameters().size(), 4u);
  EXPECT_EQ(Residual(Model(Residual(Tanh()))).children()[0].second->type(), "Residual");
}

}  // namespace
}  // namespace luge::nn
