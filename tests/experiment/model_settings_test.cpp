// What a model says about its training, and what of it stays when a person says something else. The model is
// airbench, whose recipe uses most of what can be said: whitened filters, views, lookahead.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/patch_whitening.h"
#include "luge/data/sources.h"
#include "luge/experiment/run.h"
#include "luge/models/gallery.h"
#include "luge/nn/load.h"
#include "luge/nn/observe.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using experiment::Config;
using experiment::DataSet;
using Training = experiment::Run;  // gtest has a Run of its own
using experiment::SettingError;
using testing::expect_error;
using testing::TempDir;

// Two classes, one brighter at the left, one at the right.
DataSet pictures() {
  random::seed(6);
  const std::int64_t count = 48;
  std::vector<std::int64_t> labels;
  for (std::int64_t k = 0; k < count; ++k) labels.push_back(k % 3);
  const Tensor y = tensor(labels, {count});
  const Tensor patterns = random::normal({3, 3, 32, 32});
  return {"patterns", data::tensors(take(patterns, y, 0) + 0.3 * random::normal({count, 3, 32, 32}), y)};
}

Config config_of(std::vector<Config::Entry> more) {
  Config config = {{"model", "airbench"}, {"model.width", "0.125"}, {"batch", "16"}, {"threads", "1"}};
  for (const auto& [key, value] : more) config.set(key, value);
  return config;
}

Variable whitening(const Training& run) {
  for (const nn::NamedVariable& each : run.trainer().net().named_parameters()) {
    if (each.name.ends_with("whiten.weight")) return each.variable;
  }
  ADD_FAILURE() << "no whitened layer";
  return {};
}

TEST(ModelSettings, AreTheRecipeOfTheModel) {
  std::string told;
  const Training run(config_of({{"epochs", "2"}}),
                     {.tell = [&](const std::string& line) { told += line + "\n"; }, .data = pictures()});
  const Config& config = run.config();
  for (const auto& [key, value] : models::find("airbench").defaults.settings) {
    EXPECT_EQ(config.text(key), value) << key;
    EXPECT_EQ(config.origin(key).to_string(), "model") << key;
  }
  EXPECT_EQ(config.text("optimizer.name"), "nesterov");
  EXPECT_NE(told.find("body.whiten whiten patches of 2x2, from 43 samples"), std::string::npos) << told;
  EXPECT_EQ(run.trainer().net().type(), "Views");
  const train::History history = run.fit();
  EXPECT_LT(train::value_of(history.epochs.back().logs, "loss"),
            train::value_of(history.epochs.front().logs, "loss"));
}

TEST(ModelSettings, GiveWayToWhatAPersonSays) {
  const auto given = [](std::vector<Config::Entry> more, const std::string& key) {
    return Training(config_of(std::move(more)), {.data = pictures()}).config().given(key);
  };
  EXPECT_TRUE(given({}, "optimizer.rate_factors"));
  EXPECT_FALSE(given({{"optimizer", "adam"}}, "optimizer.rate_factors")) << "they belong to nesterov";
  EXPECT_FALSE(given({{"optimizer", "adam"}}, "optimizer.weight_decay"));
  EXPECT_TRUE(given({{"optimizer", "nesterov"}}, "optimizer.rate_factors")) << "the same choice";
  EXPECT_FALSE(given({{"augment", "crop"}}, "augment.crop.padding"));
  EXPECT_FALSE(given({{"schedule", "cosine"}}, "schedule.rising"));
  EXPECT_TRUE(given({{"schedule", "cosine"}}, "loss.label_smoothing"));
  EXPECT_FALSE(given({{"loss", "focal"}}, "loss.label_smoothing"));
  const Training own(
      config_of({{"loss.label_smoothing", "0.1"}, {"views.shift", "0"}, {"views.mirror", "false"}}),
      {.data = pictures()});
  EXPECT_EQ(own.config().text("loss.label_smoothing"), "0.1");
  EXPECT_NE(own.trainer().net().type(), "Views");
}

TEST(WhitenedLayer, HasFiltersOfTheDataAsTheNetworkSeesIt) {
  const Training run(config_of({{"validation_split", "0"}}), {.data = pictures()});
  data::PatchWhitening patches({3, 2, 2});
  const data::Batches all = run.parts().fit.batch(48);
  // Without augmentation: the pictures scaled as the recipe says.
  const Training plain(config_of({{"validation_split", "0"}, {"augment", "none"}}), {.data = pictures()});
  patches.add(plain.parts().fit.batch(48).epoch(0).next()->to_tensors()[data::kInput]);
  const auto wanted = patches.filters(24).to_vector<double>();
  const auto got = whitening(run).value().to_vector<double>();
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t k = 0; k < got.size(); ++k)
    EXPECT_NEAR(got[k], wanted[k], 1e-3 * (1 + std::abs(wanted[k]))) << k;
  const auto before = whitening(plain).value().to_vector<float>();
  plain.fit();
  EXPECT_EQ(whitening(plain).value().to_vector<float>(), before) << "they are frozen";
}

TEST(WhitenedLayer, CanBeLeftOut) {
  const auto filters = [](std::vector<Config::Entry> more) {
    return whitening(Training(config_of(std::move(more)), {.data = pictures()})).value().to_vector<float>();
  };
  EXPECT_NE(filters({{"init.whiten", "none"}}), filters({}));
  EXPECT_NE(filters({{"whiten_samples", "8"}}), filters({}));
  EXPECT_NE(filters({{"whiten_epsilon", "0.5"}}), filters({}));
  EXPECT_EQ(filters({{"init.whiten", "body.whiten"}}), filters({}));
}

TEST(BadInput, C39_LayersThatCannotWhiten) {
  const auto refused = [](std::vector<Config::Entry> more, std::initializer_list<std::string> words) {
    expect_error<SettingError>([&] { Training(config_of(std::move(more)), {.data = pictures()}); }, words);
  };
  refused({{"init.whiten", "*whitten"}}, {"init.whiten=*whitten", "no convolution", "body.whiten"});
  refused({{"init.whiten", "*conv1"}},
          {"init.whiten=*conv1", "3 layers", "body.block1.conv1", "expected one"});
  refused({{"init.whiten", "*linear1"}}, {"no convolution"});
  expect_error<SettingError>(
      [] {
        Training({{"model", "lenet5"}, {"whiten_samples", "3"}}, {.data = pictures()});
      },
      {"whiten_samples=3", "whiten="});
}

TEST(PictureViews, AreInTheFileOfARun) {
  const TempDir dir;
  Training run(config_of({{"epochs", "1"}, {"run.dir", dir.file("run")}, {"views.shift", "0"}}),
               {.data = pictures()});
  run.begin();
  run.train();
  const nn::Loaded loaded = nn::load(dir.file("run/checkpoints/last.safetensors"));
  loaded.eval();
  const Tensor x = run.parts().valid.batch(4).epoch(0).next()->to_tensors()[data::kInput];
  const Tensor straight = loaded(x), mirrored = loaded(flip(x, {3}));
  const auto a = straight.to_vector<double>(), b = mirrored.to_vector<double>();
  const auto c = run.trainer().predict(x).to_vector<double>();
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_NEAR(a[k], b[k], 1e-4) << "a picture and its mirror image have one answer";
    EXPECT_NEAR(a[k], c[k], 1e-4) << "the averages are in the file, too";
  }
}

}  // namespace
}  // namespace luge
