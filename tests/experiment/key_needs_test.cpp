// Keys that would do nothing are refused: those whose partner is missing, those of other readers, and limits
// that leave out nothing are told.
#include "experiment/key_needs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "experiment/data_reader.h"
#include "experiment/key_names.h"
#include "luge/experiment/run.h"
#include "luge/experiment/trainings.h"
#include "support/errors.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

using testing::expect_error;
using testing::TempDir;

// A value of the key for which `wanted` holds.
template <class Wanted>
std::string value_for(const Key& key, Wanted wanted) {
  std::vector<std::string> some =
      key.info && key.info->choices ? key.info->choices() : std::vector<std::string>();
  some.insert(some.end(), {"true", "false", "2", "0", "0.5", "last", "a:b"});
  for (const std::string& value : some) {
    Config config;
    config.set(key.name, value);
    try {
      config.check();
    } catch (const Error&) {
      continue;
    }
    if (wanted(options::text(config.value(key.name, *key.info)))) return value;
  }
  ADD_FAILURE() << key.name << " takes none of the values of this test";
  return "";
}

Config asked(const Key& key) {
  Config config;
  config.set(key.name, value_for(key, [&](const std::string& value) { return value != key.fallback; }),
             Source::command_line);
  return config;
}

// Whether the key does something where the other one has a value.
bool meets(const Need& need, const Key& other, const std::string& value) {
  return need.values.empty() ? value != other.fallback
                             : std::ranges::find(need.values, value) != need.values.end();
}

TEST(KeyNeeds, EachIsRefusedWithoutAndTakenWith) {
  const std::vector<Key> keys = training_keys();
  int walked = 0;
  for (const Key& key : keys) {
    for (const Need& need : key.needs) {
      const Key* other = find_key(keys, need.key);
      ASSERT_TRUE(other && other->name == need.key && other->info) << key.name << " needs " << need.key;
      ++walked;
      Config config = asked(key);
      const auto set = [&](bool right) {
        config.set(
            other->name,
            value_for(*other, [&](const std::string& value) { return meets(need, *other, value) == right; }),
            Source::command_line);
      };
      for (const Need& more : key.needs) {
        if (more.key == need.key) continue;
        const Key& third = *find_key(keys, more.key);
        config.set(more.key,
                   value_for(third, [&](const std::string& value) { return meets(more, third, value); }),
                   Source::command_line);
      }
      if (meets(need, *other, other->fallback)) set(false);
      expect_error<SettingError>(
          [&] { check_needs(config); },
          {key.name + "=", short_name(keys, *other) + "=", "without that it does nothing"});
      set(true);
      EXPECT_NO_THROW(check_needs(config)) << key.name;
    }
  }
  EXPECT_GT(walked, 30);
}

TEST(KeyNeeds, DefaultsOfFilesAreNotAskedFor) {
  Config config;
  config.set("checkpoint.keep", "3", Source::file);
  EXPECT_NO_THROW(check_needs(config));
  config.set("checkpoint.keep", "4", Source::file);
  EXPECT_THROW(check_needs(config), SettingError);
  config.set("checkpoint.keep", "3", Source::command_line);
  EXPECT_THROW(check_needs(config), SettingError);
}

TEST(KeyNeeds, AStrongerSourceLeavesAside) {
  Config config;
  config.set("histograms", "2", Source::file);
  config.set("tensorboard", "false", Source::command_line);
  EXPECT_NO_THROW(check_needs(config));
  config.set("histograms", "2", Source::command_line);
  EXPECT_THROW(check_needs(config), SettingError);
  config.set("tensorboard", "false", Source::resume);
  EXPECT_NO_THROW(check_needs(config)) << "a resumption switches off what the run had";
}

TEST(KeyNeeds, AStageMayHaveThePartner) {
  Config config, stage(stage_keys());
  config.set("early_stopping.min_delta", "0.1");
  EXPECT_THROW(check_needs(config), SettingError);
  stage.set("name", "first");
  stage.set("early_stopping", "2");
  config.add_stage(std::move(stage));
  EXPECT_NO_THROW(check_needs(config));
}

TEST(KeyNeeds, ATrainingAndTrainingsAreRefusedBeforeDataIsLoaded) {
  expect_error<SettingError>(
      [] {
        experiment::Run({{"model", "xor"}, {"data", "nowhere.csv"}, {"checkpoint.keep", "2"}});
      },
      {"checkpoint.keep=2: expected callbacks.checkpoint.every= with it"});
  expect_error<SettingError>(
      [] {
        Trainings({{"model", "xor"}, {"data", "nowhere.csv"}, {"folds", "2"}, {"missing_value", "2"}});
      },
      {"missing_value=2: expected missing=value with it"});
}

TEST(KeyNeeds, KeysOfOtherReadersAreRefused) {
  const TempDir dir;
  for (const char* name : {"a", "b"}) {
    std::filesystem::create_directories(dir.path() / name);
    for (int i = 0; i < 4; ++i)
      io::write_jpeg(dir.file(std::string(name) + "/" + std::to_string(i) + ".jpg"),
                     testing::smooth_picture(8, 8, 3, i));
  }
  dir.write("t.csv", "x,y\n1,a\n2,b\n");
  dir.write("t.txt", "some text\n");
  const auto load = [](const std::string& data, const std::string& key, const std::string& value,
                       const std::string& model = "softmax-regression") {
    return [=] { load_data({{"model", model}, {"data", data}, {key, value}}); };
  };
  const std::string pictures = dir.path().string();
  expect_error<SettingError>(
      load(pictures, "data.base", "0"),
      {"data.base=0: does nothing for ", "the reader image-folder reads", "that voc reads"});
  expect_error<SettingError>(load(pictures, "data.missing", "mean"), {"data.missing=mean", "that csv reads"});
  expect_error<SettingError>(load(pictures, "data.length", "9"), {"data.length=9", "that sounds reads"});
  expect_error<SettingError>(load("xor", "on_bad", "skip"),
                             {"on_bad=skip: does nothing for xor", "image-folder"});
  expect_error<SettingError>(load(dir.file("t.csv"), "keep_decoded", "1MB"),
                             {"keep_decoded=1MB", "image-folder"});
  expect_error<SettingError>(load(dir.file("t.csv"), "empty_boxes", "stop"), {"coco, voc, yolo read"});
  expect_error<SettingError>(load("xor", "data.reader", "csv"), {"data.reader=csv: does nothing for xor"});
  expect_error<SettingError>(load(dir.file("t.txt"), "data.header", "no", "lstm-lm"), {"data.header=no"});
  EXPECT_EQ(load_data({{"model", "softmax-regression"}, {"data", pictures}, {"on_bad", "skip"}}).train.size(),
            8);
  expect_error<SettingError>(load("xor", "resize_filter", "nearest"),
                             {"resize_filter=nearest: expected size="});
}

TEST(KeyNeeds, ALimitThatLeavesOutNothingIsTold) {
  std::vector<std::string> told;
  const RunOptions options{.tell = [&](const std::string& line) { told.push_back(line); }};
  experiment::Run({{"model", "xor"}, {"data.limit", "9"}}, options);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], "data.limit=9: there are 4 samples, all of them are used");
  told.clear();
  experiment::Run({{"model", "xor"}, {"data.limit", "4"}}, options);
  EXPECT_TRUE(told.empty()) << told[0];
  expect_error<SettingError>(
      [] {
        experiment::Run({{"model", "xor"}, {"limit_val_batches", "2"}, {"validation_split", "0"}});
      },
      {"limit_val_batches=2", "there are no validation samples"});
}

}  // namespace
}  // namespace luge::experiment
