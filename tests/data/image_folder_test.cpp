// Folders of pictures: classes, parts, what is left out, and what pictures become.
#include "luge/data/image_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "luge/data/batches.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::smooth_picture;
using testing::TempDir;

// Pictures of different seeds: PNG where the number is even, else JPEG.
class Pictures : public ::testing::Test {
 protected:
  TempDir dir;

  std::string add(const std::string& name, std::int64_t height = 8, std::int64_t width = 10,
                  std::int64_t channels = 3) {
    const std::string path = dir.file(name);
    fs::create_directories(fs::path(path).parent_path());
    const io::Image image = smooth_picture(height, width, channels, count_++);
    name.ends_with(".png") ? io::write_png(path, image) : io::write_jpeg(path, image);
    return path;
  }
  ImageFolder read(const ImageFolderOptions& options = {}) const { return image_folder(dir.path(), options); }

 private:
  int count_ = 0;
};

std::vector<std::int64_t> labels(const Dataset& part) {
  std::vector<std::int64_t> all;
  for (const Sample& sample : part) all.push_back(sample.target.as<std::int64_t>()[0]);
  return all;
}

TEST_F(Pictures, ClassesAreFoldersInTheOrderOfTheirBytes) {
  for (const char* name : {"b/1.png", "10/2.jpg", "9/3.png", "Z/4.JPG", "b/within/more/5.jpeg"}) add(name);
  const ImageFolder folder = read();
  EXPECT_EQ(folder.train.info().classes, (std::vector<std::string>{"10", "9", "Z", "b"}));
  EXPECT_EQ(labels(folder.train), (std::vector<std::int64_t>{0, 1, 2, 3, 3}));
  EXPECT_EQ(folder.train.info().fields.to_string(), "input f32[3,8,10], target i64[]");
  EXPECT_TRUE(folder.notes.empty());
  EXPECT_FALSE(folder.test);
  EXPECT_EQ(folder.train.where(4), dir.file("b/within/more/5.jpeg"));
  const Sample first = folder.train.get(3);
  const io::Image wanted = smooth_picture(8, 10, 3, 0);
  EXPECT_NEAR(first.input.as<float>()[0], static_cast<float>(wanted.pixels[0]) / 255, 1e-6);
  EXPECT_NEAR(first.input.as<float>()[81], static_cast<float>(wanted.pixels[4]) / 255, 1e-6) << "planes";
}

TEST_F(Pictures, PartsHaveTheClassesOfTraining) {
  for (const char* name : {"train/a/1.png", "train/b/2.png", "valid/b/3.png", "test/a/4.png", "test/b/5.png"})
    add(name);
  dir.write("LICENSE", "free");
  const ImageFolder folder = read();
  EXPECT_EQ(folder.train.size(), 2);
  EXPECT_EQ(labels(*folder.validation), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(folder.test->size(), 2);
  EXPECT_EQ(folder.notes, (std::vector<std::string>{"skipped entries next to the parts (1): LICENSE"}));
  add("test/c/6.png");
  expect_error<FormatError>([&] { read(); }, {dir.file("test/c"), "is not one of the classes a, b"});
  fs::remove_all(dir.path() / "test/c");
  add("val/a/7.png");
  expect_error<FormatError>([&] { read(); }, {"the folders val and valid", "one of them"});
}

TEST_F(Pictures, APartWithoutTrainIsReadAlone) {
  add("test/b/1.png");
  const ImageFolderOptions trained{.classes = {"a", "b"}};
  expect_error<FormatError>([&] { read(trained); }, {dir.file("test"), "data=" + dir.file("test")});
  EXPECT_EQ(labels(image_folder(dir.path() / "test", trained).train), (std::vector<std::int64_t>{1}));
}

TEST_F(Pictures, WhatIsLeftOutIsTold) {
  add("a/1.png");
  add("b/1.png");
  add(".cache/1.png");
  fs::create_directories(dir.path() / "a");
  dir.write("a/.DS_Store", "x");
  dir.write("a/Thumbs.db", std::string(20, '\1'));
  dir.write("b/notes.txt", "text");
  dir.write("readme.txt", "text");
  const ImageFolder folder = read();
  EXPECT_EQ(folder.train.size(), 2);
  EXPECT_EQ(folder.notes,
            (std::vector<std::string>{"skipped entries whose names begin with a dot (2): .cache, a/.DS_Store",
                                      "skipped files that are not pictures (2): a/Thumbs.db, b/notes.txt",
                                      "skipped files that lie in no folder of a class (1): readme.txt"}));
}

TEST_F(Pictures, SymbolicLinksAreFollowed) {
  const std::string first = add("a/1.png");
  fs::create_directories(dir.path() / "b");
  fs::create_symlink(first, dir.path() / "b/link.png");
  fs::create_directory_symlink(dir.path() / "a", dir.path() / "c");
  EXPECT_EQ(labels(read().train), (std::vector<std::int64_t>{0, 1, 2}));
  fs::create_directory_symlink(dir.path() / "b", dir.path() / "b/around");
  expect_error<FormatError>([&] { read(); }, {"b/around", "a folder that it lies in"});
}

TEST_F(Pictures, GetTheSizeAndTheColorThatIsAskedFor) {
  add("a/1.png", 8, 10, 1);
  add("b/2.jpg", 20, 6, 1);
  const ImageFolder as_they_are = read();
  EXPECT_EQ(as_they_are.train.info().input().shape, (Shape{1, unknown, unknown})) << "all are gray";
  EXPECT_EQ(as_they_are.train.source()->shape_of(1, 0), (Shape{1, 20, 6}));
  EXPECT_EQ(as_they_are.train.get(1).input.field.shape, (Shape{1, 20, 6}));
  EXPECT_EQ(as_they_are.pictures.height, 0);
  const ImageFolder sized = read({.pictures = {.height = 5, .width = 4, .color = PictureColor::rgba}});
  EXPECT_EQ(sized.train.info().input().shape, (Shape{4, 5, 4}));
  EXPECT_EQ(sized.train.get(1).input.as<float>()[79], 1.0f) << "alpha";
  EXPECT_EQ(sized.train.batch(2).epoch(0).next()->values[kInput].field.shape, (Shape{2, 4, 5, 4}));
  expect_error<ValueError>([&] { read({.pictures = {.height = 5}}); }, {"5 x 0", "both extents"});
}

TEST_F(Pictures, AreTheSameKeptDecodedAgainAndAfterAResume) {
  for (int i = 0; i < 6; ++i) add("a/" + std::to_string(i) + ".jpg");
  add("b/1.jpg");
  const Dataset kept = read().train, again = read({.memory = 0}).train;
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (std::int64_t i = 0; i < kept.size(); ++i) {
      const HostArray one = kept.get(i).input, other = again.get(i).input;
      EXPECT_EQ(one.bytes, other.bytes);
    }
  }
  EXPECT_EQ(kept.fingerprint(), again.fingerprint());
  const Batches batches = kept.shuffle({.seed = 3}).batch(2).prefetch({.workers = 2});
  Epoch whole = batches.epoch(1), rest = batches.epoch(1, 2);
  whole.next();
  whole.next();
  EXPECT_EQ(whole.next()->values[kInput].bytes, rest.next()->values[kInput].bytes);
}

TEST_F(Pictures, FingerprintFollowsNamesBytesAndSize) {
  add("a/1.png");
  const std::string path = add("b/1.png");
  const std::uint64_t first = read().train.fingerprint();
  EXPECT_EQ(read().train.fingerprint(), first);
  EXPECT_NE(read({.pictures = {.height = 4, .width = 4}}).train.fingerprint(), first);
  fs::rename(path, dir.path() / "b/2.png");
  EXPECT_NE(read().train.fingerprint(), first);
  fs::rename(dir.path() / "b/2.png", path);
  EXPECT_EQ(read().train.fingerprint(), first);
  io::write_png(path, smooth_picture(8, 10, 3, 5));
  EXPECT_NE(read().train.fingerprint(), first);
}

TEST_F(Pictures, AStratifiedSplitSharesNoPictureAndKeepsShares) {
  for (int i = 0; i < 20; ++i) add("a/" + std::to_string(i) + ".png", 2, 2);
  for (int i = 0; i < 10; ++i) add("b/" + std::to_string(i) + ".png", 2, 2);
  const auto [train, valid] = read().train.split(0.8, {.seed = 1, .stratify = "target"});
  std::set<std::string> names;
  for (const Dataset& part : {train, valid}) {
    for (std::int64_t i = 0; i < part.size(); ++i)
      EXPECT_TRUE(names.insert(part.where(i)).second) << part.where(i);
  }
  EXPECT_EQ(names.size(), 30u);
  EXPECT_EQ(labels(valid), (std::vector<std::int64_t>{0, 0, 0, 0, 1, 1}));
}

TEST_F(Pictures, ARecipeTakesRawPicturesOfAnySize) {
  const PictureOptions wanted{4, 6, PictureColor::gray, io::ResizeFilter::area};
  const Recipe recipe = Recipe::from_json(Recipe({steps::picture(wanted)}).to_json());
  const auto found = picture_options(recipe);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->height, 4);
  EXPECT_EQ(found->width, 6);
  EXPECT_EQ(found->color, PictureColor::gray);
  EXPECT_EQ(found->filter, io::ResizeFilter::area);
  EXPECT_FALSE(picture_options(Recipe()));
  const std::string path = add("x.png", 8, 12);
  const HostArray prepared = recipe.prediction({{std::string(kInput), read_picture(path)}})[kInput],
                  direct = read_picture(path, wanted);
  ASSERT_EQ(prepared.field, direct.field);
  for (std::size_t i = 0; i < direct.bytes.size(); ++i)  // gray first or resized first: rounded once more
    EXPECT_NEAR(prepared.as<std::uint8_t>()[i], direct.as<std::uint8_t>()[i], 1);
  add("a/1.png", 8, 12);
  add("b/1.png", 5, 5);
  const Dataset sized = recipe.evaluation(read().train);
  EXPECT_EQ(sized.info().input().shape, (Shape{1, 4, 6}));
  EXPECT_EQ(sized.get(1).input.field.shape, (Shape{1, 4, 6}));
  expect_error<ShapeError>(
      [&] {
        recipe.prediction({{std::string(kInput), HostArray(Field{f32, {5}})}});
      },
      {"f32[5]", "the network takes pictures"});
}

TEST_F(Pictures, WhyAFolderIsNone) {
  EXPECT_EQ(why_no_image_folder(dir.path() / "absent"), "is not a folder");
  EXPECT_EQ(why_no_image_folder(dir.path()), "has no folder for each class");
  fs::create_directories(dir.path() / "a");
  EXPECT_EQ(why_no_image_folder(dir.path()), "its folders have no pictures (PNG, JPEG or BMP)");
  add("a/1.png");
  EXPECT_EQ(why_no_image_folder(dir.path()), "");
  fs::create_directories(dir.path() / "train");
  EXPECT_EQ(why_no_image_folder(dir.path()), "its folder for training has none for each class");
}

class BadInputPictures : public Pictures {};

TEST_F(BadInputPictures, C82_ABadFileStopsOrIsSkippedAndCounted) {
  add("a/1.png");
  add("b/1.png");
  dir.write("b/empty.jpg", "");
  expect_error<FormatError>([&] { read(); }, {dir.file("b/empty.jpg"), "is empty", "on_bad=skip"});
  dir.write("a/text.png", "hello");
  dir.write("a/moving.gif", "GIF89a......");
  fs::create_symlink("nowhere", dir.path() / "a/dangling.png");
  const std::string jpeg = testing::jpeg_bytes(smooth_picture(40, 40));
  dir.write("b/cut.jpg", jpeg.substr(0, jpeg.size() / 2));
  fs::create_directories(dir.path() / "b/folder.JPG");
  const ImageFolder folder = read({.on_bad = OnBadFile::skip});
  EXPECT_EQ(folder.train.size(), 2);
  ASSERT_EQ(folder.notes.size(), 1u);
  EXPECT_NE(folder.notes[0].find(
                "skipped files that cannot be read (6): a/dangling.png: is a symbolic link to nowhere"),
            std::string::npos)
      << folder.notes[0];
}

TEST_F(BadInputPictures, C82_ALinkToItsOwnFolderIsAFileThatCannotBeRead) {
  add("a/1.png");
  add("b/1.png");
  fs::create_directory_symlink(dir.path() / "b", dir.path() / "b/loop");
  expect_error<FormatError>(
      [&] { read(); }, {dir.file("b/loop"), "is a symbolic link to a folder that it lies in", "on_bad=skip"});
  const ImageFolder rest = read({.on_bad = OnBadFile::skip});
  EXPECT_EQ(rest.train.size(), 2);
  ASSERT_EQ(rest.notes.size(), 1u);
  EXPECT_NE(rest.notes[0].find("(1): b/loop: is a symbolic link"), std::string::npos) << rest.notes[0];
  // A function is told of each file, and the notes are left as they are.
  std::vector<std::string> bad;
  const ImageFolder told =
      read({.on_bad = OnBadFile::skip,
            .bad = [&](const std::string& file, const std::string&) { bad.push_back(file); }});
  EXPECT_EQ(bad, (std::vector<std::string>{dir.file("b/loop")}));
  EXPECT_TRUE(told.notes.empty());
}

TEST_F(BadInputPictures, C82_EachIsNamedWithWhatItIs) {
  add("a/1.png");
  const auto expect_stop = [&](const std::string& name, const std::string& what) {
    expect_error<FormatError>([&] { read(); }, {dir.file(name), what, "on_bad=skip"});
    const ImageFolder rest = read({.on_bad = OnBadFile::skip});
    EXPECT_EQ(rest.train.size(), 1);
    ASSERT_EQ(rest.notes.size(), 1u);
    EXPECT_NE(rest.notes[0].find("(1): " + name), std::string::npos) << rest.notes[0];
    fs::remove_all(dir.path() / name);
  };
  dir.write("a/2.png", "hello");
  expect_stop("a/2.png", "its first bytes say: text");
  dir.write("a/2.jpg", "GIF89a......");
  expect_stop("a/2.jpg", "its first bytes say: GIF");
  dir.write("a/2.bmp", "");
  expect_stop("a/2.bmp", "is empty");
  fs::create_directories(dir.path() / "a/2.jpeg");
  expect_stop("a/2.jpeg", "is a folder");
  fs::create_symlink("nowhere", dir.path() / "a/2.PNG");
  expect_stop("a/2.PNG", "is a symbolic link to nowhere, which does not exist");
  // Another kind than its name says is no fault.
  io::write_jpeg(dir.file("a/2.png"), smooth_picture(8, 10));
  EXPECT_EQ(read().train.size(), 2);
}

TEST_F(BadInputPictures, C82_APictureThatIsDamagedLaterIsNamedWhenItIsRead) {
  add("a/1.png");
  const std::string path = add("b/1.jpg", 40, 40);
  const std::string jpeg = testing::read_file(path);
  dir.write("b/1.jpg", jpeg.substr(0, jpeg.size() / 2));
  const Dataset train = read({.pictures = {.height = 8, .width = 8}}).train;
  EXPECT_NO_THROW(train.get(0));
  expect_error<FormatError>([&] { train.get(1); }, {path, "cut short"});
}

TEST_F(BadInputPictures, C82_FoldersWithoutClassesOrPictures) {
  expect_error<FormatError>([&] { read(); }, {dir.path().string(), "has no folders", "one for each class"});
  add("a/1.png");
  fs::create_directories(dir.path() / "b");
  expect_error<FormatError>([&] { read(); }, {dir.file("b"), "has no pictures"});
  expect_error<FileError>([&] { image_folder(dir.path() / "absent"); }, {"absent", "cannot be read"});
}

TEST_F(BadInputPictures, C83_MixedSizesAndChannels) {
  add("a/1.png", 8, 10, 1);
  add("b/2.png", 6, 10, 4);
  const ImageFolder folder = read();
  EXPECT_EQ(folder.train.info().input().shape, (Shape{3, unknown, unknown})) << "gray and RGBA become RGB";
  const Dataset sized = read({.pictures = {.height = 5, .width = 4}}).train;
  EXPECT_EQ(sized.batch(2).epoch(0).next()->input().field.shape, (Shape{2, 3, 5, 4}));
  expect_error<ShapeError>(
      [&] {
        folder.train.batch(2, {.collate = {{"input", Collate::same()}}}).epoch(0).next();
      },
      {dir.file("b/2.png")});
}

}  // namespace
}  // namespace luge::data
