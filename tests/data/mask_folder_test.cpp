// Folders of pictures and masks.
#include <gtest/gtest.h>

#include <filesystem>

#include "luge/data/annotations.h"
#include "luge/error.h"
#include "luge/io/image.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::TempDir;

struct Folder : TempDir {
  void picture(const std::string& name, std::int64_t width, std::int64_t height,
               std::vector<std::uint8_t> pixels = {}) const {
    fs::create_directories((path() / name).parent_path());
    if (pixels.empty()) pixels.assign(static_cast<std::size_t>(width * height), 7);
    io::write_png(file(name), {height, width, 1, pixels});
  }
};

TEST(MaskFolder, ReadsPicturesAndMasks) {
  const Folder folder;
  folder.picture("images/a.png", 2, 2);
  folder.picture("masks/a.png", 2, 2, {0, 255, 255, 0});
  const Dataset data = mask_folder(folder.path());
  EXPECT_EQ(data.info().fields.to_string(), "image u8[1,2,2], mask u8[2,2]");
  EXPECT_EQ(data.info().classes.size(), 2u);
  const Record record = data.record(0);
  const auto mask = record["mask"].as<std::uint8_t>();
  EXPECT_EQ(std::vector<std::uint8_t>(mask.begin(), mask.end()), (std::vector<std::uint8_t>{0, 1, 1, 0}));
  folder.picture("masks/a.png", 2, 2, {0, 9, 255, 0});
  expect_error<FormatError>([&] { data.record(0); }, {"a.png", "(1, 0) is 9", "0 or 255"});
  folder.picture("masks/a.png", 1, 2);
  expect_error<FormatError>([&] { data.record(0); }, {"1x2", "2x2"});
  folder.picture("images/b.png", 2, 2);
  expect_error<FileError>([&] { mask_folder(folder.path()); }, {"b.png", "no mask"});
}

// Two classes by the colors of a palette, a color that is none, and names without colors.
TEST(MaskFolder, ReadsClassesByNameAndByColor) {
  const Folder folder;
  folder.picture("images/a.png", 2, 2);
  io::write_png((folder.path() / "images/a.png").string(), {1, 2, 3, {9, 9, 9, 200, 10, 10}});
  const auto mask = [&](const std::vector<std::uint8_t>& pixels) {
    fs::create_directories(folder.path() / "masks");
    io::write_png((folder.path() / "masks/a.png").string(), {1, 2, 3, pixels});
  };
  mask({0, 0, 0, 128, 0, 64});
  const auto read = [&] {
    const Record record = mask_folder(folder.path()).record(0);
    const auto found = record["mask"].as<std::uint8_t>();
    return std::vector<int>(found.begin(), found.end());
  };
  expect_error<FormatError>([&] { read(); },
                            {"masks/a.png", "colors", "labelmap.txt", "NAME:RED,GREEN,BLUE"});
  folder.write("labelmap.txt", "# label:color_rgb:parts:actions\nground:0,0,0::\ntree: 128, 0,64::\n");
  expect_error<FormatError>([&] { read(); }, {"labelmap.txt:3", "128, 0,64", "0 to 255"});
  folder.write("labelmap.txt", "# label:color_rgb:parts:actions\nground:0,0,0::\ntree:128,0,64::\n");
  EXPECT_EQ(read(), (std::vector<int>{0, 1}));
  const Dataset data = mask_folder(folder.path());
  EXPECT_EQ(data.info().classes, (std::vector<std::string>{"ground", "tree"}));
  EXPECT_EQ(data.info().fields.to_string(), "image u8[3,1,2], mask u8[1,2]") << "the picture has colors";
  fs::remove(folder.path() / "labelmap.txt");
  folder.write("classes.txt", "ground\ntree\nwater\n");
  mask({1, 1, 1, 2, 2, 2});
  EXPECT_EQ(read(), (std::vector<int>{1, 2})) << "numbers, also in a file with colors";
  EXPECT_EQ(mask_folder(folder.path()).info().classes.size(), 3u);
}

TEST(MaskFolder, PartsMayBeInsideImagesAndMasks) {
  const Folder folder;
  folder.picture("images/train/a.png", 2, 2);
  folder.picture("masks/train/a.png", 2, 2, {0, 255, 255, 0});
  EXPECT_EQ(mask_folder(folder.path(), {.part = "train"}).size(), 1);
  expect_error<FileError>([&] { mask_folder(folder.path(), {.part = "test"}); },
                          {"images/test", "not a folder"});
}

TEST(BadInput, C83_MasksThatDoNotBelongToTheirPictures) {
  const Folder folder;
  folder.picture("images/a.png", 2, 2);
  folder.picture("masks/a.png", 2, 2, {0, 1, 2, 0});
  folder.write("classes.txt", "ground\ntree\nwater\n");
  folder.picture("masks/lone.png", 2, 2);
  expect_error<FileError>([&] { mask_folder(folder.path()); }, {"lone.png", "no picture of this name"});
  std::vector<std::string> bad;
  const MaskOptions skipping{
      .bad = [&](const std::string& path, const std::string&) { bad.push_back(path); }};
  EXPECT_EQ(mask_folder(folder.path(), skipping).size(), 1) << "skipped and told";
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_TRUE(bad[0].ends_with("masks/lone.png")) << bad[0];
  folder.picture("masks/a.png", 2, 2, {0, 1, 3, 0});
  expect_error<FormatError>([&] { mask_folder(folder.path(), skipping); }, {"no mask can be used"});
  ASSERT_EQ(bad.size(), 3u) << "the lone mask again, and the one with a wrong number";
  EXPECT_TRUE(bad[2].ends_with("masks/a.png")) << bad[2];
  fs::remove(folder.path() / "masks/lone.png");
  expect_error<FormatError>([&] { mask_folder(folder.path()).record(0); },
                            {"masks/a.png", "(0, 1) is 3", "0 to 2"});
  const auto refused = [&](const char* file, const std::string& text,
                           std::initializer_list<std::string> words) {
    folder.write(file, text);
    expect_error<FormatError>([&] { mask_classes(folder.path()); }, words);
    fs::remove(folder.path() / file);
  };
  refused("classes.txt", "ground\nground\n", {"classes.txt:2", "'ground'", "twice"});
  refused("classes.txt", "ground\n", {"classes.txt", "1 classes", "background"});
  refused("labelmap.txt", "ground\n", {"labelmap.txt:1", "NAME:RED,GREEN,BLUE"});
  refused("labelmap.txt", "a:1,2,3\nb:1,2,3\n", {"labelmap.txt:2", "1,2,3", "twice"});
  refused("labelmap.txt", "a:1,2,256\n", {"labelmap.txt:1", "1,2,256"});
  refused("labelmap.txt", "a:1,2\n", {"labelmap.txt:1", "'1,2'"});
}

}  // namespace
}  // namespace luge::data
