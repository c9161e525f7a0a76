// Features that recipes make: polynomial, one-hot and scaling, against scikit-learn, fitted on the training
// part and saved with the network.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/features.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::data {
namespace {

using testing::expect_error;

template <class T>
HostArray array(DType dtype, const Shape& shape, const std::vector<T>& values) {
  HostArray result({dtype, shape});
  std::copy(values.begin(), values.end(), result.as<T>().begin());
  return result;
}
std::vector<float> floats(const HostArray& value) {
  const auto span = value.as<float>();
  return {span.begin(), span.end()};
}
HostArray columns(const std::vector<float>& values) {
  return array(f32, {static_cast<std::int64_t>(values.size())}, values);
}
Dataset table(const std::vector<std::vector<float>>& rows) {
  std::vector<Record> list;
  for (const auto& row : rows) list.push_back({{"input", columns(row)}});
  return records(std::move(list));
}
Dataset whole(const std::vector<std::int64_t>& values) {
  std::vector<Record> list;
  for (const std::int64_t value : values) list.push_back({{"input", array<std::int64_t>(i64, {}, {value})}});
  return records(std::move(list));
}

std::vector<std::vector<float>> rows_of(const Tensor& x) {
  const std::vector<double> values = x.to_vector<double>();
  const auto width = static_cast<std::size_t>(x.extent(1));
  std::vector<std::vector<float>> rows;
  for (std::size_t k = 0; k < values.size(); k += width)
    rows.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(k),
                      values.begin() + static_cast<std::ptrdiff_t>(k + width));
  return rows;
}

Tensor golden(const std::string& key) {
  static const io::SafetensorsFile file(
      (testing::source_dir() / "tests/golden/features.safetensors").string());
  for (const io::StoredTensor& stored : file.tensors()) {
    if (stored.name == key) return tensor_from_bytes(file.read(key), stored.dtype, stored.shape);
  }
  throw ValueError("no golden values of " + key);
}

void expect_rows(const Dataset& made, const Tensor& wanted) {
  const auto rows = rows_of(wanted);
  ASSERT_EQ(made.size(), static_cast<std::int64_t>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<float> got = floats(made.record(static_cast<std::int64_t>(i))["input"]);
    ASSERT_EQ(got.size(), rows[i].size());
    for (std::size_t k = 0; k < got.size(); ++k)
      EXPECT_NEAR(got[k], rows[i][k], 2e-6 * std::max(1.0f, std::abs(rows[i][k]))) << i << ", " << k;
  }
}

// Fitted to one part, then applied to both, as data and as raw records, and after it was saved.
void expect_features(const std::string& name, const StepRef& step) {
  SCOPED_TRACE(name);
  const auto at = [&](const std::string& key) { return golden(name + "." + key); };
  const Dataset train = table(rows_of(at("in"))), other = table(rows_of(at("other")));
  const Recipe recipe = Recipe({step}).fit(train);
  expect_rows(recipe.training(train), at("out"));
  expect_rows(recipe.evaluation(other), at("other_out"));
  const Recipe again = Recipe::from_json(recipe.to_json());
  EXPECT_EQ(again.to_json(), recipe.to_json());
  expect_rows(again.evaluation(other), at("other_out"));
  const auto raw = rows_of(at("other")), wanted = rows_of(at("other_out"));
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const Record made = again.prediction({{"input", columns(raw[i])}});
    EXPECT_EQ(floats(made["input"]),
              floats(recipe.evaluation(other).record(static_cast<std::int64_t>(i))["input"]));
  }
}

TEST(Features, AreThoseOfScikitLearn) {
  for (const auto& [degree, interaction_only, bias] :
       std::vector<std::tuple<int, bool, bool>>{{2, false, true},
                                                {3, false, false},
                                                {3, true, true},
                                                {1, false, true},
                                                {4, false, true},
                                                {5, true, false}}) {
    const std::string name = "polynomial " + std::to_string(degree) + " " + std::to_string(interaction_only) +
                             " " + std::to_string(bias);
    expect_features(
        name, steps::polynomial({.degree = degree, .interaction_only = interaction_only, .bias = bias}));
  }
  expect_features("standardize", steps::scale(Scaling::standardize));
  expect_features("standardize of one row", steps::scale(Scaling::standardize));
  expect_features("min-max", steps::scale(Scaling::min_max));
  expect_features("one-hot", steps::one_hot());
  expect_features("one-hot ignoring", steps::one_hot({.unknown = UnknownCategory::ignore}));
  expect_features("one-hot of one column", steps::one_hot({.columns = {-1}}));
}

TEST(Features, KeepOtherColumnsAndNameThem) {
  const Dataset train = table({{7, 1, 0.5f}, {8, 3, 0.25f}, {9, 1, 2}});
  const Recipe recipe = Recipe({steps::one_hot({.columns = {1}})}).fit(train);
  EXPECT_EQ(floats(recipe.training(train).record(1)["input"]), (std::vector<float>{8, 0, 1, 0.25f}));
  EXPECT_EQ(recipe.training(train).info().input(), (Field{f32, {4}}));

  const Dataset named = csv(testing::source_dir() / "tests/data/features.csv", {.target = "price"});
  const Recipe both =
      Recipe({steps::one_hot({.columns = {0}}), steps::polynomial({.bias = false})}).fit(named);
  const std::vector<std::string> names = both.training(named).info().features;
  ASSERT_EQ(names.size(), 9u);
  EXPECT_EQ(names[0], "rooms=2");
  EXPECT_EQ(names[2], "area");
  EXPECT_EQ(names[4], "rooms=2 rooms=3");
  EXPECT_EQ(names[8], "area area");
}

TEST(Features, CategoriesAreTextsAndWholeNumbersOfAnySize) {
  std::vector<Record> list;
  for (const char* color : {"red", "blue", "green", "blue", ""})
    list.push_back({{"input", HostArray::of_text(color)}});
  const Dataset texts = records(std::move(list), {{"input", Field::utf8()}});
  const Recipe colors = Recipe({steps::one_hot()}).fit(texts);  // "", blue, green, red
  EXPECT_EQ(floats(colors.training(texts).record(0)["input"]), (std::vector<float>{0, 0, 0, 1}));
  EXPECT_EQ(floats(colors.prediction({{"input", HostArray::of_text("blue")}})["input"]),
            (std::vector<float>{0, 1, 0, 0}));
  expect_error<IndexError>(
      [&] {
        colors.prediction({{"input", HostArray::of_text("pink")}});
      },
      {"the record", "'pink'", "one of 4", "ignore"});

  const std::int64_t odd = (std::int64_t{1} << 53) + 1;
  const Dataset ids = whole({odd, -5, odd - 1, 10, 9});
  const Recipe exact = Recipe({steps::one_hot()}).fit(ids);
  EXPECT_EQ(floats(exact.training(ids).record(0)["input"]), (std::vector<float>{0, 0, 0, 0, 1}));
  EXPECT_EQ(floats(exact.training(ids).record(2)["input"]), (std::vector<float>{0, 0, 0, 1, 0}));
  EXPECT_EQ(floats(exact.training(ids).record(3)["input"]),
            (std::vector<float>{0, 0, 1, 0, 0}));  // 9 comes before 10
  EXPECT_EQ(Recipe::from_json(exact.to_json()).to_json(), exact.to_json());
  const Dataset zeros = table({{-0.0f}, {0.0f}});
  EXPECT_EQ(Recipe({steps::one_hot()}).fit(zeros).training(zeros).info().input(), (Field{f32, {1}}));
}

TEST(Features, ComeOneAfterTheOther) {
  const Dataset train = table({{1, 2}, {3, 4}, {5, 9}});
  const Recipe recipe =
      Recipe({steps::scale(Scaling::min_max), steps::polynomial({.bias = false}), steps::scale()}).fit(train);
  const Dataset made = recipe.training(train);
  EXPECT_EQ(made.info().input(), (Field{f32, {5}}));
  for (std::size_t k = 0; k < 5; ++k) {
    double sum = 0;
    for (std::int64_t i = 0; i < 3; ++i) sum += floats(made.record(i)["input"])[k];
    EXPECT_NEAR(sum, 0, 1e-5);
  }
  const Recipe again = Recipe::from_json(recipe.to_json());
  const auto got = floats(again.prediction({{"input", columns({3, 4})}})["input"]),
             wanted = floats(made.record(1)["input"]);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(got[k], wanted[k], 1e-5);
}

TEST(BadInput, C31_FeaturesOfOtherColumns) {
  const Dataset train = table({{1, 2}, {3, 4}}), other = table({{1, 2, 3}});
  for (const StepRef& step : {steps::polynomial(), steps::one_hot()}) {
    const Recipe recipe = Recipe({step}).fit(train);
    expect_error<ShapeError>([&] { recipe.evaluation(other).record(0); }, {"'input'", "f32[3]", "2 columns"});
    expect_error<StateError>([&] { Recipe({step}).training(train); }, {"'input'", "Recipe::fit"});
    expect_error<ValueError>(
        [&] {
          Recipe({step->name() == "one-hot" ? steps::one_hot({.field = "x"})
                                            : steps::polynomial({.field = "x"})})
              .fit(train);
        },
        {"x", "input"});
  }
}

TEST(BadInput, C87_WhatIsNoFeature) {
  expect_error<FormatError>(
      [] {
        Recipe({steps::one_hot()}).fit(table({{1}, {NAN}}));
      },
      {"record 1", "column 0", "nan"});
  const Recipe fitted = Recipe({steps::one_hot()}).fit(table({{1}, {2}}));
  expect_error<FormatError>(
      [&] {
        fitted.prediction({{"input", columns({INFINITY})}});
      },
      {"the record", "inf"});
  expect_error<ValueError>(
      [] {
        Recipe({steps::one_hot({.columns = {2}})}).fit(table({{1, 2}}));
      },
      {"column 2", "there are 2"});
  expect_error<ValueError>(
      [] {
        Recipe({steps::one_hot({.columns = {1, -1}})}).fit(table({{1, 2}}));
      },
      {"column 1", "twice"});
  expect_error<options::OptionError>([] { steps::polynomial({.degree = 0}); }, {"degree is 0"});
  expect_error<ValueError>(
      [] { Recipe({steps::polynomial({.degree = 9})}).fit(table({std::vector<float>(30, 1)})); },
      {"30 columns", "1000000", "smaller degree"});
  expect_error<ShapeError>([] { Recipe({steps::polynomial()}).fit(whole({1})); },
                           {"polynomial", "i64[]", "columns"});
  expect_error<FormatError>(
      [] {
        Recipe::from_json(
            R"([{"step": "one-hot", "options": {"width": 1, "encoded": [0], "counts": [2], "categories": ["a"]}}])");
      },
      {"one-hot", "do not match"});
  expect_error<FormatError>(
      [] { Recipe::from_json(R"([{"step": "one-hot", "options": {"unknown": "guess"}}])"); },
      {"unknown is 'guess'", "ignore"});
}

}  // namespace
}  // namespace luge::data
