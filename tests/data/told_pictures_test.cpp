// Folders of pictures whose names say a text, and of pictures with a table of numbers or points.
#include "luge/data/told_pictures.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "luge/luge.h"
#include "support/errors.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

namespace fs = std::filesystem;
using luge::testing::expect_error;
using luge::testing::smooth_picture;
using luge::testing::TempDir;

void add(const TempDir& dir, const std::string& name, std::int64_t height = 8, std::int64_t width = 12,
         std::int64_t channels = 1) {
  io::write_png(dir.file(name), smooth_picture(height, width, channels, static_cast<int>(name.size())));
}

std::vector<float> numbers(const Record& record, std::string_view field) {
  const auto view = record[field].as<float>();
  return {view.begin(), view.end()};
}

TEST(TextPictures, NamesAreWhatIsWritten) {
  const TempDir dir;
  for (const char* name : {"b7.png", "A3x.png", "A3x_2.png"}) add(dir, name);
  dir.write("notes.txt", "left out");
  std::vector<std::string> told;
  const ToldPictures found =
      text_pictures(dir.path(), {.tell = [&](const std::string& note) { told.push_back(note); }});
  ASSERT_EQ(found.data.size(), 3);
  EXPECT_EQ(found.data.info().input(), (Field{f32, {1, 8, 12}}));
  EXPECT_EQ(found.data.record(0)["text"].text(), "A3x");
  EXPECT_EQ(found.data.record(1)["text"].text(), "A3x");
  EXPECT_EQ(found.data.record(2)["text"].text(), "b7");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], "left out 1 entries that are not named as pictures");
  const io::Image file = io::read_image(dir.file("b7.png"));
  EXPECT_FLOAT_EQ(numbers(found.data.record(2), "input")[5], static_cast<float>(file.pixels[5]) / 255);
  const ToldPictures sized =
      text_pictures(dir.path(), {.pictures = {.height = 16, .width = 24, .color = PictureColor::rgb}});
  EXPECT_EQ(sized.data.record(0)["input"].field.shape, (Shape{3, 16, 24}));
}

TEST(BadInput, C82_PicturesWhoseNamesSayNothingOrThatCannotBeRead) {
  const TempDir dir;
  add(dir, "A1.png"), add(dir, "my cat.png");
  dir.write("B2.png", "no picture");
  expect_error<FormatError>([&] { text_pictures(dir.path()); }, {dir.file("B2.png")});
  std::vector<std::string> bad;
  const ToldPictures found =
      text_pictures(dir.path(), {.bad = [&](const std::string& file, const std::string& reason) {
                      bad.push_back(file);
                      EXPECT_TRUE(reason.starts_with(file)) << reason;
                    }});
  EXPECT_EQ(found.data.size(), 1);
  EXPECT_EQ(bad, (std::vector<std::string>{dir.file("B2.png"), dir.file("my cat.png")}));
  fs::remove(dir.file("B2.png"));
  expect_error<FormatError>([&] { text_pictures(dir.path()); },
                            {dir.file("my cat.png") + ": the name has white space"});
  fs::remove(dir.file("A1.png")), fs::remove(dir.file("my cat.png"));
  expect_error<FormatError>([&] { text_pictures(dir.path()); }, {"holds no pictures"});
  expect_error<FileError>([&] { text_pictures(dir.path() / "none"); }, {"none", "cannot be read"});
}

TEST(PictureTable, ColumnsAreNumbers) {
  const TempDir dir;
  fs::create_directories(dir.path() / "images");
  add(dir, "images/a.png"), add(dir, "b.png");
  dir.write("angles.csv", "angle,file,size\n30,a.png,1.5\n-4,b.png,2\n");
  const ToldPictures found = picture_table(dir.path());
  ASSERT_EQ(found.data.size(), 2);
  EXPECT_EQ(numbers(found.data.record(0), "target"), (std::vector<float>{30, 1.5}));
  EXPECT_EQ(numbers(found.data.record(1), "target"), (std::vector<float>{-4, 2}));
  EXPECT_EQ(found.data.where(1), dir.file("angles.csv") + ":3");
  EXPECT_EQ(why_no_picture_table(dir.path()), "");
}

TEST(PictureTable, PointsMoveWithResizedPictures) {
  const TempDir dir;
  add(dir, "a.png"), add(dir, "b.png", 16, 6), add(dir, "extra.png");
  dir.write("points.csv", "file;nose_x;nose_y;ear_x;ear_y;ear_visible\na.png;3;2;12;8;1\nb.png;;;1;1;0\n");
  std::vector<std::string> told;
  const ToldPictures found =
      picture_table(dir.path(), {.pictures = {.height = 16, .width = 24},
                                 .tell = [&](const std::string& note) { told.push_back(note); }});
  EXPECT_EQ(found.data.info().classes, (std::vector<std::string>{"nose", "ear"}));
  EXPECT_EQ(numbers(found.data.record(0), "points"), (std::vector<float>{6, 4, 1, 24, 16, 1}));
  EXPECT_EQ(numbers(found.data.record(1), "points"), std::vector<float>(6));
  EXPECT_EQ(told, (std::vector<std::string>{"left out pictures without a row in the table (1): extra.png"}));
  const ToldPictures own = picture_table(dir.path());
  EXPECT_EQ(own.pictures.height, 0) << "sizes differ";
  EXPECT_EQ(numbers(own.data.record(0), "points"), (std::vector<float>{3, 2, 1, 12, 8, 1}));
}

// What a row is refused for, and that the others are read with a function for bad files.
TEST(BadInput, C87_TablesOfPicturesWithWrongRows) {
  const struct {
    const char *header, *row;
    std::vector<std::string> words;
  } cases[] = {
      {"file,y", "none.png,1", {"t.csv:3", "no picture 'none.png'"}},
      {"file,y", "../a.png,1", {"t.csv:3", "leads out of the folder"}},
      {"file,y", "/etc/passwd,1", {"t.csv:3", "leads out of the folder"}},
      {"file,y", "a.png,1", {"t.csv:3", "'a.png' is in line 2, too"}},
      {"file,y", "b.png,tall", {"t.csv:3", "tall"}},
      {"file,y", "b.png,nan", {"t.csv:3", "nan"}},
      {"file,y", "b.png,1e999", {"t.csv:3"}},
      {"file,y", "bad.png,1", {"bad.png"}},
  };
  for (const auto& each : cases) {
    const TempDir dir;
    add(dir, "a.png"), add(dir, "b.png");
    dir.write("bad.png", "no picture");
    dir.write("t.csv", std::string(each.header) + "\na.png,1\n" + each.row + "\n");
    try {
      picture_table(dir.path());
      ADD_FAILURE() << each.row;
    } catch (const Error& error) {
      for (const std::string& word : each.words)
        EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
    int bad = 0;
    const ToldPictures rest =
        picture_table(dir.path(), {.bad = [&](const std::string&, const std::string&) { ++bad; }});
    EXPECT_EQ(rest.data.size(), 1) << each.row;
    EXPECT_EQ(bad, 1) << each.row;
  }
}

TEST(BadInput, C87_TablesOfPicturesWithWrongPoints) {
  const auto refused = [](const std::string& table, std::initializer_list<std::string> words) {
    const TempDir dir;
    add(dir, "a.png");
    dir.write("t.csv", table);
    expect_error<FormatError>([&] { picture_table(dir.path()); }, words);
  };
  refused("file,nose_x,nose_y\na.png,13,2\n", {"t.csv:2", "'nose' (13, 2) is outside", "12x8"});
  refused("file,nose_x,nose_y\na.png,-1,2\n", {"t.csv:2", "'nose' (-1, 2) is outside"});
  refused("file,nose_x,nose_y\na.png,3,\n", {"t.csv:2", "'nose' has x without y"});
  refused("file,nose_x,nose_y,ear_x\na.png,3,2,1\n", {"t.csv", "column 'ear_x' belongs to no point"});
  refused("file,nose_x,nose_y\na.png,inf,2\n", {"t.csv:2"});
  refused("file\na.png\n", {"t.csv", "one column"});
}

TEST(BadInput, C85_FoldersWithoutOneTable) {
  const TempDir dir;
  add(dir, "a.png");
  expect_error<FileError>([&] { picture_table(dir.path()); }, {"has no table", "expected one table"});
  EXPECT_EQ(why_no_picture_table(dir.path()), "has no table (.csv) of its pictures");
  dir.write("t.csv", "file,y\na.png\n");
  expect_error<FormatError>([&] { picture_table(dir.path()); }, {"t.csv:2"});
  dir.write("t.csv", "x,y\n1,2\n");
  EXPECT_EQ(why_no_picture_table(dir.path()), "column 'x' of its table does not name pictures");
  dir.write("u.csv", "file,y\na.png,1\n");
  expect_error<FileError>([&] { picture_table(dir.path()); }, {"2 tables", "t.csv", "u.csv"});
}

}  // namespace
}  // namespace luge::data
