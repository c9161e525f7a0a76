// Recipes: steps that are fitted on the training part, applied to data sets and to raw records, and saved.
#include "luge/data/recipe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "luge/data/sources.h"
#include "luge/error.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;

template <class T>
HostArray array(DType dtype, const Shape& shape, const std::vector<T>& values) {
  HostArray result({dtype, shape});
  std::copy(values.begin(), values.end(), result.as<T>().begin());
  return result;
}

template <class T>
std::vector<T> values(const HostArray& array) {
  const auto span = array.as<T>();
  return {span.begin(), span.end()};
}

// Bytes as a picture of two channels, scaled to 0 … 1 as picture files are.
Dataset pictures(const std::vector<std::uint8_t>& bytes) {
  std::vector<Record> list;
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    const std::vector<std::uint8_t> one(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(i) + 4);
    list.push_back({{"input", array(u8, {2, 1, 2}, one)}, {"target", array<std::int64_t>(i64, {}, {1})}});
  }
  return records(std::move(list)).affine({{0}, {1.0f / 255}});
}

Dataset texts(const std::vector<std::string>& list) {
  std::vector<Record> rows;
  for (const std::string& text : list) rows.push_back({{"text", HostArray::of_text(text)}});
  return records(std::move(rows), {{"text", Field::utf8()}});
}

TEST(Recipe, ScalesAsItWasFittedOnTheTrainingPart) {
  const Dataset train = pictures({0, 50, 100, 150, 40, 90, 30, 20}), other = pictures({9, 8, 7, 6});
  const Recipe recipe = Recipe({steps::scale(Scaling::standardize)}).fit(train);
  const Affine affine = fit_scaling(train, Scaling::standardize);
  EXPECT_EQ(recipe.training(train).get(1).input.bytes, train.affine(affine).get(1).input.bytes);
  EXPECT_EQ(recipe.evaluation(other).get(0).input.bytes, other.affine(affine).get(0).input.bytes);
  EXPECT_EQ(recipe.training(train).info().preprocessing, train.affine(affine).info().preprocessing);
}

TEST(Recipe, ReadsARawRecordAsItReadsTheDataSet) {
  const Dataset train = pictures({0, 50, 100, 150, 40, 90, 30, 20});
  const Recipe recipe = Recipe({steps::scale(Scaling::min_max)}).fit(train);
  const Record made = recipe.prediction({{"input", array<std::uint8_t>(u8, {2, 1, 2}, {40, 90, 30, 20})}});
  const auto wanted = values<float>(recipe.training(train).get(1).input), got = values<float>(made["input"]);
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], wanted[k], 1e-6);
}

TEST(Recipe, BringsDataOfOtherUnitsToTheSameScale) {
  const Dataset train = pictures({0, 50, 100, 150, 40, 90, 30, 20});
  const Dataset bytes = train.affine(inverse_of(*train.info().preprocessing));
  const Recipe recipe = Recipe({steps::scale(Scaling::standardize)}).fit(train);
  const auto wanted = values<float>(recipe.training(train).get(1).input);
  const auto got = values<float>(recipe.evaluation(bytes).get(1).input);
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], wanted[k], 1e-5);
}

TEST(Recipe, RefusesToScaleColumnsOfUnknownNumber) {
  const Dataset ragged =
      records({{{"input", array<float>(f32, {1}, {1})}}, {{"input", array<float>(f32, {2}, {1, 2})}}});
  expect_error<ShapeError>([&] { Recipe({steps::scale()}).fit(ragged); }, {"f32[?]", "first extent"});
}

TEST(Recipe, UndoesTheScalingOfTargets) {
  std::vector<Record> list;
  for (const float price : {100.0f, 300.0f, 200.0f, 400.0f})
    list.push_back({{"input", array<float>(f32, {1}, {1})}, {"target", array<float>(f32, {1}, {price})}});
  const Dataset train = records(std::move(list));
  const Recipe recipe = Recipe({steps::scale(Scaling::standardize, "target")}).fit(train);
  double sum = 0;
  for (const Sample& sample : recipe.training(train)) sum += sample.target.as<float>()[0];
  EXPECT_NEAR(sum, 0, 1e-5);
  const HostArray scaled = recipe.training(train).get(1).target;
  EXPECT_NEAR(recipe.undo("target", scaled).as<float>()[0], 300, 1e-3);
  EXPECT_EQ(recipe.undo("other", scaled).bytes, scaled.bytes);
}

TEST(Recipe, FitsAgainForEachPart) {
  const Dataset all = pictures({0, 0, 0, 0, 100, 100, 100, 100, 200, 200, 200, 200});
  const Recipe first = Recipe({steps::scale()}).fit(all.take(2)), again = first.fit(all.skip(1));
  EXPECT_EQ(again.to_json(), Recipe({steps::scale()}).fit(all.skip(1)).to_json());
  EXPECT_NE(again.to_json(), first.to_json());
}

TEST(Recipe, RenamesAndCopies) {
  const Dataset train = pictures({0, 50, 100, 150});
  const Recipe recipe({steps::rename("target", "label"), steps::copy("input", "target")});
  const Dataset made = recipe.training(train);
  EXPECT_EQ(made.info().fields.names(), (std::vector<std::string>{"input", "label", "target"}));
  EXPECT_EQ(made.record(0)["target"].bytes, train.record(0)["input"].bytes);
  EXPECT_EQ(made.record(0)["input"].bytes, train.record(0)["input"].bytes);
  EXPECT_EQ(made.info().preprocessing, train.info().preprocessing);
  expect_error<ValueError>([&] { Recipe({steps::copy("input", "target")}).training(train); },
                           {"target", "already"});
  expect_error<ValueError>([&] { Recipe({steps::rename("mask", "target")}).training(train); },
                           {"mask", "input"});
}

TEST(Recipe, MakesListsOfLabelsNumbersForEachClass) {
  std::vector<Record> list;
  for (const auto& labels : std::vector<std::vector<std::int64_t>>{{0, 2}, {}, {3}})
    list.push_back({{"target", array(i64, {static_cast<std::int64_t>(labels.size())}, labels)}});
  const Dataset train = records(list, {{"target", {i64, {unknown}}}});
  const Recipe recipe = Recipe({steps::multi_hot()}).fit(train.take(1));  // the largest label is 2
  EXPECT_EQ(values<float>(recipe.training(train).record(0)["target"]), (std::vector<float>{1, 0, 1}));
  EXPECT_EQ(values<float>(recipe.training(train).record(1)["target"]), (std::vector<float>{0, 0, 0}));
  expect_error<IndexError>([&] { recipe.training(train).record(2); }, {"record 2", "label 3", "0 to 2"});
}

TEST(Recipe, GivesCharactersIds) {
  const Dataset train = texts({"abba", "ça"});
  const Recipe recipe = Recipe({steps::characters()}).fit(train);
  const Dataset ids = recipe.training(train);
  EXPECT_EQ(ids.info().classes, (std::vector<std::string>{"<unknown>", "a", "b", "ç"}));
  EXPECT_EQ(values<std::int64_t>(ids.record(0)["ids"]), (std::vector<std::int64_t>{1, 2, 2, 1}));
  EXPECT_EQ(values<std::int64_t>(ids.record(1)["ids"]), (std::vector<std::int64_t>{3, 1}));
  const Record made = recipe.prediction({{"text", HostArray::of_text("bzç")}});
  EXPECT_EQ(values<std::int64_t>(made["ids"]), (std::vector<std::int64_t>{2, 0, 3}));
  expect_error<FormatError>(
      [&] {
        recipe.prediction({{"text", HostArray::of_text("ab\xff")}});
      },
      {"offset 2", "UTF-8"});
}

TEST(Recipe, CutsWindowsWithinRecords) {
  const Dataset train = texts({"abcdefg", "hij"});
  const Recipe recipe = Recipe({steps::characters(), steps::windows({.length = 2, .stride = 3})}).fit(train);
  const Dataset windows = recipe.training(train);
  ASSERT_EQ(windows.size(), 3);  // ab, de; hi
  EXPECT_EQ(values<std::int64_t>(windows.get(1).input), (std::vector<std::int64_t>{4, 5}));
  EXPECT_EQ(values<std::int64_t>(windows.get(1).target), (std::vector<std::int64_t>{5, 6}));
  EXPECT_EQ(values<std::int64_t>(windows.get(2).input), (std::vector<std::int64_t>{8, 9}));
  EXPECT_NE(windows.where(2).find("record 1"), std::string::npos) << windows.where(2);
  const Record some = recipe.prediction({{"text", HostArray::of_text("c")}});
  EXPECT_EQ(values<std::int64_t>(some["input"]), (std::vector<std::int64_t>{3, 0}));
  EXPECT_EQ(some["prompt_length"].as<std::int64_t>()[0], 1);
  const Record more = recipe.prediction({{"text", HostArray::of_text("abc")}});
  EXPECT_EQ(values<std::int64_t>(more["input"]), (std::vector<std::int64_t>{2, 3}));
}

TEST(Recipe, RefusesTextsShorterThanAWindow) {
  const Recipe recipe({steps::characters(), steps::windows({.length = 4})});
  const Dataset train = texts({"abcd", "ab"});
  expect_error<ValueError>([&] { recipe.fit(train).training(train); }, {"5 ids", "longest has 4"});
  expect_error<options::OptionError>([] { steps::windows({.length = 0}); }, {"length is 0"});
  expect_error<options::OptionError>([] { steps::windows({.stride = -1}); }, {"stride is -1"});
}

// A step of a user: it adds a number to the input, in training alone.
class Shift final : public Step {
 public:
  explicit Shift(float by) : by_(by) {}
  std::string name() const override { return "test-shift"; }
  std::string options() const override { return "{\"by\": " + std::to_string(by_) + "}"; }
  bool training_only() const override { return true; }
  Dataset apply(const Dataset& data) const override {
    return data.map([by = by_](Sample sample) {
      for (float& value : sample.input.as<float>()) value += by;
      return sample;
    });
  }
  void apply(Record& raw) const override {
    for (float& value : raw["input"].as<float>()) value += by_;
  }

 private:
  float by_;
};

TEST(Recipe, LeavesStepsForTrainingOutOfEvaluations) {
  const Dataset train = pictures({0, 255, 0, 255});
  const Recipe recipe({std::make_shared<Shift>(5.0f)});
  EXPECT_EQ(recipe.training(train).get(0).input.as<float>()[1], 6);
  EXPECT_EQ(recipe.evaluation(train).get(0).input.as<float>()[1], 1);
  const Record raw = {{"input", array<float>(f32, {1}, {3})}};
  EXPECT_EQ(recipe.prediction(raw)["input"].as<float>()[0], 3);
}

TEST(Recipe, IsTheSameAfterItWasSaved) {
  const Dataset train = texts({"abba\n\"ç\"", "hij"});
  const Recipe text = Recipe({steps::characters(), steps::windows({.length = 2})}).fit(train);
  const Recipe again = Recipe::from_json(text.to_json());
  EXPECT_EQ(again.to_json(), text.to_json());
  EXPECT_EQ(again.training(train).get(2).input.bytes, text.training(train).get(2).input.bytes);

  const Dataset images = pictures({0, 50, 100, 150, 40, 90, 30, 20});
  const Recipe scaled =
      Recipe({steps::rename("target", "label"), steps::copy("label", "target"), steps::scale()}).fit(images);
  const Recipe loaded = Recipe::from_json(scaled.to_json());
  EXPECT_EQ(loaded.training(images).record(1)["input"].bytes,
            scaled.training(images).record(1)["input"].bytes);
  EXPECT_TRUE(Recipe::from_json("").empty());
}

// What files hold: a change here makes older files unreadable.
TEST(Recipe, IsWrittenAsInOlderFiles) {
  const std::string json =
      R"([{"step":"scale","options":{"field":"input","how":"min-max","offset":[0.10000000149011612,2.0],)"
      R"("scale":[1.0,0.5],"raw_offset":[0.0],"raw_scale":[0.003921568859368563]}},)"
      R"({"step":"scale","options":{"field":"target","how":"standardize","offset":[],"scale":[],)"
      R"("raw_offset":[],"raw_scale":[]}},)"
      R"({"step":"rename","options":{"from":"mask","to":"target"}},)"
      R"({"step":"copy","options":{"from":"a","to":"b"}},)"
      R"({"step":"multi-hot","options":{"field":"target","classes":7}},)"
      R"({"step":"characters","options":{"from":"text","to":"ids","characters":"\n aé"}},)"
      R"({"step":"windows","options":{"length":64,"stride":3,"from":"ids"}}])";
  EXPECT_EQ(Recipe::from_json(json).to_json(), json);
}

TEST(Recipe, NamesWhatIsWrongInAFile) {
  expect_error<FormatError>([] { Recipe::from_json("[{\"step\": \"wavelets\"}]"); },
                            {"step 1", "wavelets", "not registered", "multi-hot"});
  expect_error<FormatError>([] { Recipe::from_json("{"); }, {"JSON array"});
  expect_error<FormatError>([] { Recipe::from_json("[3]"); }, {"step 1"});
  expect_error<FormatError>([] { Recipe::from_json(R"([{"step": "windows", "options": {"length": "x"}}])"); },
                            {"the step windows: length is 'x'", "a whole number"});
  expect_error<FormatError>([] { Recipe::from_json(R"([{"step": "windows", "options": {"lenght": 3}}])"); },
                            {"lenght", "length"});
  expect_error<FormatError>([] { Recipe::from_json(R"([{"step": "scale", "options": {"offset": [1]}}])"); },
                            {"scale"});
  expect_error<FormatError>([] { Recipe::from_json(R"([{"step": "rename", "options": {"from": "a"}}])"); },
                            {"the step rename: to is missing"});
  expect_error<FormatError>([] { Recipe::from_json(R"([{"step": "scale", "options": {"how": "max"}}])"); },
                            {"the step scale: how is 'max'", "min-max"});
  expect_error<FormatError>(
      [] { Recipe::from_json(R"([{"step": "multi-hot", "options": {"classes": -1}}])"); },
      {"the step multi-hot: classes is -1"});
}

TEST(Recipe, ReadsStepsOfUsers) {
  add_step("test-shift", [](const std::string&) { return std::make_shared<Shift>(2.0f); });
  EXPECT_FALSE(add_step("scale", [](const std::string&) { return StepRef(); }));
  const Recipe recipe = Recipe::from_json(Recipe({std::make_shared<Shift>(2.0f)}).to_json());
  ASSERT_EQ(recipe.steps().size(), 1u);
  EXPECT_EQ(recipe.steps()[0]->name(), "test-shift");
}

TEST(Recipe, MustBeFittedFirst) {
  const Dataset train = pictures({0, 50, 100, 150});
  expect_error<StateError>([&] { Recipe({steps::scale()}).training(train); }, {"'input'", "Recipe::fit"});
  expect_error<StateError>([&] { Recipe({steps::characters()}).training(texts({"a"})); }, {"Recipe::fit"});
  expect_error<ValueError>([] { Recipe({nullptr}); }, {"step 1 is null"});
}

TEST(Recipe, FollowsAShuffle) {
  const Dataset shuffled = texts({"aaaa", "bbbb", "cccc", "dddd"}).shuffle({.seed = 3});
  const Recipe recipe = Recipe({steps::characters()}).fit(shuffled);
  const Dataset ids = recipe.training(shuffled);
  const auto order = [&](std::int64_t epoch) {
    std::vector<std::int64_t> firsts;
    const Dataset now(ids.source()->at_epoch(epoch));
    for (std::int64_t i = 0; i < now.size(); ++i)
      firsts.push_back(now.record(i)["ids"].as<std::int64_t>()[0]);
    return firsts;
  };
  EXPECT_NE(order(1), order(2));
  EXPECT_EQ(order(1), order(1));
}

}  // namespace
}  // namespace luge::data
