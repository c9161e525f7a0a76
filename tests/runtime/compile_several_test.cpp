// compile(fn) with lists, names, batches and tuples as arguments and results.
#include <gtest/gtest.h>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

struct Point {
  Tensor x, y;
};

}  // namespace

template <>
struct Flatten<Point> {
  static void put(const Point& p, Flat& flat) { flat.tensors.push_back(p.x), flat.tensors.push_back(p.y); }
  static Point take(FlatReader& from) { return Point{from.tensor(), from.tensor()}; }
};

namespace {

Tensor values(std::vector<float> elements) {
  const auto count = static_cast<std::int64_t>(elements.size());
  return tensor(elements, {count});
}

TEST(CompileSeveral, ListsOfAnotherNumberAreAnotherTrace) {
  const auto total = compile([](const Tensors& parts) {
    Tensor all = parts.at(0);
    for (std::size_t k = 1; k < parts.size(); ++k) all = all + parts[k];
    return all;
  });
  EXPECT_EQ(total({values({1}), values({2})}).item<float>(), 3);
  EXPECT_EQ(total({values({4}), values({2})}).item<float>(), 6);
  EXPECT_EQ(total.traces(), 1u);
  EXPECT_EQ(total({values({1}), values({2}), values({5})}).item<float>(), 8);
  EXPECT_EQ(total.traces(), 2u);
}

// The same tensors: only the borders between the lists tell them apart.
TEST(CompileSeveral, TwoListsKeepTheirBorders) {
  const auto difference = compile([](const Tensors& a, const Tensors& b) {
    Tensor result = values({0});
    for (const Tensor& each : a) result = result + each;
    for (const Tensor& each : b) result = result - each;
    return result;
  });
  const Tensor one = values({1}), two = values({2}), four = values({4});
  EXPECT_EQ(difference({one, two}, {four}).item<float>(), -1);
  EXPECT_EQ(difference({one}, {two, four}).item<float>(), -5);
  EXPECT_EQ(difference({}, {two, four}).item<float>(), -6);
  EXPECT_EQ(difference({one, two}, {four}).item<float>(), -1);
  EXPECT_EQ(difference.traces(), 3u);
}

TEST(CompileSeveral, NamesGoInAndComeOut) {
  const auto f = compile([](const NamedTensors& in) {
    NamedTensors out;
    for (const auto& [name, value] : in) out.set(name + "_doubled", value * 2);
    return out;
  });
  NamedTensors out = f({{"a", values({1})}, {"b", values({2, 3})}});
  EXPECT_EQ(out.names(), (std::vector<std::string>{"a_doubled", "b_doubled"}));
  EXPECT_EQ(out["b_doubled"].to_vector<float>(), (std::vector<float>{4, 6}));
  out = f({{"a", values({5})}, {"b", values({2, 3})}});
  EXPECT_EQ(out["a_doubled"].item<float>(), 10);
  EXPECT_EQ(f.traces(), 1u);
  out = f({{"x", values({5})}, {"b", values({2, 3})}});
  EXPECT_EQ(out["x_doubled"].item<float>(), 10);
  EXPECT_EQ(f.traces(), 2u);
}

data::Batch batch_of(float start) {
  data::Batch batch{.input = values({start, start + 1}), .target = values({start, start})};
  batch.others.set("weight", values({1, 3}));
  batch.host.push_back({"text", {}});
  return batch;
}

TEST(CompileSeveral, ABatchIsItsTensors) {
  const auto cost = compile([](const data::Batch& batch, Tensor scale) {
    EXPECT_TRUE(batch.host.empty());
    const auto [x, y] = batch;
    return sum((x - y) * batch["weight"]) * scale;
  });
  EXPECT_EQ(cost(batch_of(1), scalar(2)).item<float>(), 6);
  EXPECT_EQ(cost(batch_of(7), scalar(10)).item<float>(), 30);
  EXPECT_EQ(cost.traces(), 1u);
  data::Batch without = batch_of(1);
  without.target = {};
  expect_error<StateError>([&] { cost(without, scalar(1)); }, {"empty"});
  const auto inputs =
      compile([](const data::Batch& batch) { return batch.target.defined() ? batch.target : batch.input; });
  EXPECT_EQ(inputs(without).to_vector<float>(), (std::vector<float>{1, 2}));
  EXPECT_EQ(inputs(batch_of(1)).to_vector<float>(), (std::vector<float>{1, 1}));
}

TEST(CompileSeveral, MixturesAndTuples) {
  using Pair = std::pair<Tensor, NamedTensors>;
  const auto f = compile([](const std::tuple<Tensor, Tensors>& first, Tensor x, const Pair& last) {
    const auto& [a, list] = first;
    return std::tuple<NamedTensors, std::array<Tensor, 2>, Tensors>{
        {{"sum", a + list[0] + x + last.first}}, {a, last.second["n"]}, list};
  });
  const auto [named, array, list] =
      f({values({1}), {values({10}), values({20})}}, values({100}), {values({1000}), {{"n", values({7})}}});
  EXPECT_EQ(named["sum"].item<float>(), 1111);
  EXPECT_EQ(array[0].item<float>(), 1);
  EXPECT_EQ(array[1].item<float>(), 7);
  EXPECT_EQ(list[1].item<float>(), 20);
  EXPECT_EQ(f.traces(), 1u);
}

TEST(CompileSeveral, WithinACompiledFunctionTheyArePartOfIt) {
  const auto inner = compile([](const NamedTensors& in) { return NamedTensors{{"y", in["x"] * 3}}; });
  const auto outer = compile([&](Tensor x) { return inner(NamedTensors{{"x", x}})["y"] + 1; });
  EXPECT_EQ(outer(values({2})).item<float>(), 7);
  EXPECT_EQ(inner.traces(), 0u);
}

TEST(CompileSeveral, TypesOfAUserTakePart) {
  const auto turned = compile([](const Point& p) { return Point{-p.y, p.x}; });
  const Point p = turned({values({1}), values({2})});
  EXPECT_EQ(p.x.item<float>(), -2);
  EXPECT_EQ(p.y.item<float>(), 1);
}

TEST(CompileSeveral, PlanAndExplainTakeThem) {
  const auto f = compile([](const NamedTensors& in) { return in["a"] + in["b"]; });
  const NamedTensors in = {{"a", full({100}, 1.0)}, {"b", full({100}, 2.0)}};
  EXPECT_EQ(f.plan(in).input_bytes, 800u);
  EXPECT_FALSE(f.explain(in).empty());
  EXPECT_EQ(f.traces(), 1u);
}

TEST(CompileSeveral, AnUnknownNameIsFoundWhileItIsTraced) {
  const auto f = compile([](const NamedTensors& in) { return in["image"]; });
  expect_error<ValueError>([&] { f({{"imgae", values({1})}}); }, {"'image'", "imgae"});
  EXPECT_EQ(f({{"image", values({1})}}).item<float>(), 1);
}

// What the static_assert of compile asks.
static_assert(Flattens<Tensor> && Flattens<Variable> && Flattens<Tensors> && Flattens<NamedTensors>);
static_assert(Flattens<data::Batch> && Flattens<std::tuple<data::Batch, std::pair<Tensor, Tensors>>>);
static_assert(!Flattens<int> && !Flattens<std::vector<int>> && !Flattens<std::tuple<Tensor, int>>);

}  // namespace
}  // namespace luge
