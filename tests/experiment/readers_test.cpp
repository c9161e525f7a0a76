// What data=PATH is read by, the page that lists the readers, and pictures of folders through a whole
// training.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "experiment/data_reader.h"
#include "experiment/data_sets.h"
#include "luge/data/image_folder.h"
#include "luge/experiment/run.h"
#include "luge/nn/load.h"
#include "support/errors.h"
#include "support/paths.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::TempDir;

void add_pictures(const TempDir& dir, const std::string& folder, int count, std::int64_t height,
                  std::int64_t width) {
  fs::create_directories(dir.path() / folder);
  for (int i = 0; i < count; ++i)
    io::write_jpeg(dir.file(folder + "/" + std::to_string(i) + ".jpg"),
                   testing::smooth_picture(height, width, 3, i));
}

DataSet load(const std::string& path, std::initializer_list<std::pair<std::string, std::string>> more = {}) {
  Config config = {{"model", "softmax-regression"}, {"data", path}};
  for (const auto& [key, value] : more) config.set(key, value);
  return load_data(config);
}

TEST(Readers, AreInTheGuide) {
  const std::string guide = testing::read_file(testing::source_dir() / "docs/guide/data.md");
  for (const std::string& name : data_reader_names()) {
    if (name.starts_with("test-")) continue;  // of other tests of this program
    EXPECT_NE(guide.find("\n| " + name + " |"), std::string::npos)
        << name << " is missing from docs/guide/data.md";
  }
}

TEST(Readers, AFolderIsReadByTheOneThatKnowsIt) {
  const TempDir dir;
  expect_error<SettingError>(
      [&] { load(dir.path().string()); },
      {dir.path().string(), "is an empty folder", "image-folder: has no folder", "luge list readers"});
  try {
    load(dir.path().string());
  } catch (const SettingError& error) {
    for (const std::string& name : data_reader_names())
      EXPECT_NE(std::string(error.what()).find(name + ": "), std::string::npos) << name << " is not named";
  }
  add_pictures(dir, "a", 3, 8, 8);
  add_pictures(dir, "b", 3, 8, 8);
  EXPECT_EQ(load(dir.path().string()).train.size(), 6);
  expect_error<SettingError>(
      [&] {
        load(dir.path().string(), {{"data.reader", "pictures"}});
      },
      {"data.reader=pictures", "image-folder"});
  EXPECT_THROW(load(dir.path().string(), {{"data.reader", "idx"}}), FileError);
}

TEST(Readers, TwoOfOneRankAreAskedFor) {
  const auto takes = [](const fs::path& path) {
    return path.extension() == ".test" ? Recognition::yes() : Recognition::no();
  };
  const auto none = [](const DataPath&) -> DataSet { throw ValueError("read"); };
  add_data_reader("test-one", "a test", {.recognize = takes, .read = none, .rank = 5});
  const TempDir dir;
  const std::string path = dir.write("x.test", "x");
  expect_error<ValueError>([&] { load(path); }, {"read"});
  add_data_reader("test-two", "a test", {.recognize = takes, .read = none, .rank = 5});
  expect_error<SettingError>([&] { load(path); }, {"test-one or test-two", "data.reader="});
}

TEST(Readers, SizesThatDifferAreSaidBeforeTheTraining) {
  const TempDir dir;
  add_pictures(dir, "a", 1, 8, 10);
  add_pictures(dir, "b", 1, 6, 10);
  expect_error<ValueError>([&] { load(dir.path().string()); },
                           {"several sizes", "8x10", "6x10", dir.file("b/0.jpg"), "data.size=128"});
  EXPECT_EQ(load(dir.path().string(), {{"data.size", "5x7"}}).train.info().input().shape, (Shape{3, 5, 7}));
  EXPECT_EQ(load(dir.path().string(), {{"size", "4"}, {"color_mode", "gray"}}).train.info().input().shape,
            (Shape{1, 4, 4}));
  for (const char* size : {"0", "-3", "4x", "x", "4x5x6", "1.5", "big", "(4,)", "100000"})
    expect_error<SettingError>(
        [&] {
          load(dir.path().string(), {{"data.size", size}});
        },
        {"data.size", "HEIGHTxWIDTH"});
  expect_error<SettingError>(
      [&] {
        load(dir.path().string(), {{"colour", "rgb"}});
      },
      {"did you mean color_mode?"});
}

// Those of flow_from_directory.
TEST(Readers, KeysOfKerasAreUnderstoodOrAnswered) {
  const TempDir dir;
  add_pictures(dir, "a", 1, 8, 10);
  add_pictures(dir, "b", 1, 6, 10);
  const auto shape = [&](const std::string& size, const std::string& color) {
    return load(dir.path().string(), {{"target_size", size}, {"color_mode", color}})
        .train.info()
        .input()
        .shape;
  };
  EXPECT_EQ(shape("(4, 5)", "rgb"), (Shape{3, 4, 5}));
  EXPECT_EQ(shape("4,5", "grayscale"), (Shape{1, 4, 5}));
  EXPECT_EQ(shape("[4,5]", "rgba"), (Shape{4, 4, 5}));
  const std::pair<const char*, const char*> answers[] = {
      {"class_mode", "write loss=binary-cross-entropy for binary"},
      {"data.class_mode", "leave it out for categorical"},
      {"rescale", "normalize=none"},
      {"follow_links", "links are followed"},
      {"interpolation", "did you mean resize_filter?"},
      {"batch_size", "did you mean batch?"},
      {"directory", "did you mean data?"},
      {"horizontal_flip", "did you mean augment.flip.p?"}};
  for (const auto& [key, answer] : answers)
    expect_error<SettingError>([&] { load(dir.path().string(), {{key, "1"}}); }, {key, answer});
}

TEST(Readers, AValidationSplitOfAFolderSharesNoPicture) {
  const TempDir dir;
  add_pictures(dir, "data/one", 10, 3, 3);
  add_pictures(dir, "data/two", 20, 3, 3);
  std::set<std::string> first;
  for (const char* seed : {"1", "1", "2"}) {
    experiment::Run run({{"model", "softmax-regression"},
                         {"data", dir.file("data")},
                         {"validation_split", "0.2"},
                         {"run.dir", dir.file("run")},
                         {"seed", seed}});
    std::set<std::string> fit, valid;
    for (std::int64_t i = 0; i < run.parts().fit.size(); ++i) fit.insert(run.parts().fit.where(i));
    for (std::int64_t i = 0; i < run.parts().valid.size(); ++i) valid.insert(run.parts().valid.where(i));
    EXPECT_EQ(fit.size(), 24u);
    EXPECT_EQ(valid.size(), 6u);
    EXPECT_EQ(std::count_if(valid.begin(), valid.end(),
                            [](const auto& name) { return name.find("/one/") != name.npos; }),
              2);
    for (const std::string& name : valid) EXPECT_FALSE(fit.contains(name)) << name;
    if (first.empty()) first = valid;
    EXPECT_EQ(valid == first, std::string(seed) == "1") << "the seed decides";
  }
}

// Four samples of 16 bits, 8,000 in a second.
constexpr std::string_view kSound(
    "RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x08\0\0\0abcdefgh", 52);

// The folder that was asked for names the data, not that of its training part.
TEST(Readers, DataIsNamedAfterItsFolder) {
  const TempDir dir;
  const auto png = [&](const std::string& name) {
    fs::create_directories(fs::path(dir.file(name)).parent_path());
    io::write_png(dir.file(name), testing::smooth_picture(8, 8, 1));
  };
  for (const char* part : {"train", "test"}) {
    for (const char* kind : {"images", "masks"}) png(std::string("cells/") + part + "/" + kind + "/a.png");
    png(std::string("boxes/") + part + "/images/a.png");
    fs::create_directories(dir.path() / "boxes" / part / "labels");
    png(std::string("coco/") + part + "/a.png");
    dir.write(std::string("coco/") + part + "/_annotations.coco.json",
              R"({"images": [{"id": 1, "file_name": "a.png", "width": 8, "height": 8}],
                  "categories": [{"id": 1, "name": "cell"}], "annotations": []})");
    for (const char* kind : {"a", "b"}) {
      const std::string path = std::string("sounds/") + part + "/" + kind + "/1.wav";
      fs::create_directories(fs::path(dir.file(path)).parent_path());
      dir.write(path, kSound);
      png(std::string("pictures/") + part + "/" + kind + "/1.png");
    }
  }
  dir.write("boxes/classes.txt", "thing\n");
  for (const char* name : {"cells", "boxes", "coco", "sounds", "pictures"}) {
    const Config config = {{"data", dir.file(name)}};
    const DataSet set = load_data(config, dir.file(name) + "/");
    EXPECT_EQ(set.name, name);
    EXPECT_EQ(set.train.info().name, name);
    ASSERT_TRUE(set.test) << name;
    EXPECT_EQ(set.test->info().name, name);
  }
}

TEST(Readers, AModelFileKnowsHowItsPicturesWereMade) {
  const TempDir dir;
  add_pictures(dir, "data/one", 6, 12, 16);
  add_pictures(dir, "data/two", 6, 12, 16);
  Config config = {{"model", "softmax-regression"},
                   {"data", dir.file("data")},
                   {"epochs", "1"},
                   {"size", "6"},
                   {"resize_filter", "area"},
                   {"color_mode", "gray"},
                   {"validation_split", "0.34"}};
  config.set("run.dir", dir.file("run"));
  experiment::Run run(config);
  EXPECT_EQ(run.parts().valid.size(), 4);
  int ones = 0;
  for (std::int64_t i = 0; i < 4; ++i) ones += run.parts().valid.get(i).target.as<std::int64_t>()[0] == 0;
  EXPECT_EQ(ones, 2) << "stratified";
  run.begin();
  run.train();
  const nn::Loaded net = nn::load(dir.file("run/checkpoints/last.safetensors"));
  EXPECT_EQ(net.metadata().classes, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(net.metadata().input, (Shape{1, 6, 6}));
  const auto pictures = data::picture_options(data::Recipe::from_json(net.metadata().recipe));
  ASSERT_TRUE(pictures);
  EXPECT_EQ(pictures->filter, io::ResizeFilter::area);
  EXPECT_EQ(pictures->color, data::PictureColor::gray);
}

}  // namespace
}  // namespace luge::experiment
