// Augmentations from the keys: they change what is trained on, before it is scaled, and nothing else.
#include <gtest/gtest.h>

#include "luge/data/augment.h"
#include "luge/data/image_folder.h"
#include "luge/data/sources.h"
#include "luge/experiment/run.h"
#include "luge/ops/shape.h"
#include "support/errors.h"

namespace luge::experiment {
namespace {

using testing::expect_error;

struct AddOptions {
  double by = 100;
  static void fields(auto& self, auto&& field) { field("by", self.by, "what is added"); }
};

data::Augmentation change(const std::string& name, std::function<float(float, std::uint64_t)> function) {
  return {name, [function](data::Record record, std::uint64_t key) {
            for (float& x : record["input"].as<float>()) x = function(x, key);
            return record;
          }};
}

const bool added =
    data::add_augmentation("test-add", "adds a number",
                           [](const AddOptions& options) {
                             const auto by = static_cast<float>(options.by);
                             return change("test-add", [by](float x, std::uint64_t) { return x + by; });
                           }) &&
    data::add_augmentation(
        "test-double", "doubles",
        [] { return change("test-double", [](float x, std::uint64_t) { return 2 * x; }); }) &&
    data::add_augmentation("test-draw", "adds a random number", [] {
      return change("test-draw",
                    [](float x, std::uint64_t key) { return x + static_cast<float>(key % 1000); });
    });

DataSet halves() {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 40; ++i) inputs.push_back(static_cast<float>(i)), labels.push_back(i < 20 ? 0 : 1);
  return {"halves", data::tensors(tensor(inputs, {40, 1}), tensor(labels, {40}))};
}

experiment::Run run_with(std::vector<Config::Entry> entries) {
  Config config = {{"model", "softmax-regression"}, {"epochs", "2"}, {"batch", "10"}, {"shuffle", "false"}};
  for (const auto& [key, value] : entries) config.set(key, value);
  return experiment::Run(config, {.data = halves()});
}

float first_input(const data::Dataset& samples) { return samples.get(0).input.as<float>()[0]; }

TEST(Augment, ChangesTheTrainingPartBeforeItIsScaled) {
  ASSERT_TRUE(added);
  const experiment::Run plain = run_with({}), moved = run_with({{"augment", "test-add"}});
  const data::Affine scaling = {plain.trainer().net().metadata().offset,
                                plain.trainer().net().metadata().scale};
  EXPECT_EQ(moved.trainer().net().metadata().offset, scaling.offset) << "fitted to what is really there";
  EXPECT_NEAR(first_input(moved.parts().fit) - first_input(plain.parts().fit), 100 * scaling.scale[0], 1e-4);
  EXPECT_EQ(first_input(moved.parts().valid), first_input(plain.parts().valid));
}

// The size of raw pictures stands in the recipe of the data. It must not undo the size that is trained with.
TEST(Augment, GivesTheTrainingTheSameSizesAsThePredictions) {
  data::HostArray picture(data::Field{u8, {1, 4, 8}});
  for (std::size_t k = 0; k < 32; ++k) picture.as<std::uint8_t>()[k] = static_cast<std::uint8_t>(7 * k);
  std::vector<data::Record> records;
  for (std::int64_t k = 0; k < 20; ++k) {
    data::HostArray label(data::Field{i64, {}});
    label.as<std::int64_t>()[0] = k % 2;
    records.push_back({{"input", picture}, {"target", std::move(label)}});
  }
  const data::Dataset raw = data::records(records).affine({{0.0f}, {1.0f / 255}});
  const DataSet all{
      .name = "pictures",
      .train = raw,
      .recipe =
          data::Recipe({data::steps::picture({.height = 4, .width = 8, .color = data::PictureColor::gray})})};
  for (const std::string name : {"letterbox", "pad", "resize", "center-crop"}) {
    Config config = {{"model", "softmax-regression"}, {"epochs", "1"}, {"batch", "10"}, {"augment", name}};
    config.set("augment." + name + ".size", name == "center-crop" ? "3" : "9");
    const experiment::Run run(config, {.data = all});
    const data::Recipe recipe = data::Recipe::from_json(run.trainer().net().metadata().recipe);
    const data::HostArray trained = run.parts().fit.record(0)["input"],
                          predicted = recipe.evaluation(raw).record(0)["input"];
    ASSERT_EQ(trained.field, predicted.field) << name;
    const auto a = trained.as<float>(), b = predicted.as<float>();
    for (std::size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 0.02) << name << " at " << k;
  }
}

TEST(Augment, KeepsTheOrderAndTheOptionsOfTheList) {
  const experiment::Run plain = run_with({});
  const float scale = plain.trainer().net().metadata().scale[0],
              raw = first_input(plain.parts().fit) / scale + plain.trainer().net().metadata().offset[0];
  const auto moved = [&](std::vector<Config::Entry> entries) {
    return (first_input(run_with(std::move(entries)).parts().fit) - first_input(plain.parts().fit)) / scale;
  };
  EXPECT_NEAR(moved({{"augment", "test-add,test-double"}, {"augment.test-add.by", "3"}}), raw + 6, 1e-3);
  EXPECT_NEAR(moved({{"augment", "test-double,test-add"}, {"test-add.by", "3"}}), raw + 3, 1e-3);
}

TEST(Augment, IsDrawnFromTheSeedOfTheTraining) {
  const auto drawn = [](const std::string& seed) {
    const std::vector<Config::Entry> same = {{"seed", seed}};
    return first_input(run_with({{"seed", seed}, {"augment", "test-draw"}}).parts().fit) -
           first_input(run_with(same).parts().fit);
  };
  EXPECT_EQ(drawn("1"), drawn("1"));
  EXPECT_NE(drawn("1"), drawn("2"));
}

TEST(Augment, WhatDoesNotFitTheDataIsRefusedBeforeItIsTrained) {
  expect_error<ValueError>([] { run_with({{"augment", "flip"}}); }, {"augment=flip: "});
  expect_error<SettingError>([] { run_with({{"augment", "flp"}}); }, {"augment=flp: 'flp' is not known"});
  expect_error<SettingError>(
      [] {
        run_with({{"augment.flip.p", "0.3"}});
      },
      {"augment.flip.p=0.3: flip is not among augment=none"});
  expect_error<SettingError>(
      [] {
        run_with({{"augment", "flip"}, {"flip.p", "3"}});
      },
      {"flip.p=3: expected a number from 0 to 1"});
}

}  // namespace
}  // namespace luge::experiment
