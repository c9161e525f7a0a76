// Pictures with boxes, masks and points.
#include "luge/data/annotations.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "data/pictures/areas.h"
#include "luge/error.h"
#include "luge/io/image.h"
#include "support/errors.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::TempDir;

struct Folder : TempDir {
  std::string put(const std::string& name, const std::string& text) const {
    fs::create_directories((path() / name).parent_path());
    return write(name, text);
  }
  void picture(const std::string& name, std::int64_t width, std::int64_t height,
               std::vector<std::uint8_t> pixels = {}) const {
    fs::create_directories((path() / name).parent_path());
    if (pixels.empty()) pixels.assign(static_cast<std::size_t>(width * height), 7);
    io::write_png(file(name), {height, width, 1, pixels});
  }
};

std::vector<float> boxes(const Dataset& data, std::int64_t k) {
  const Record record = data.record(k);
  const auto list = record["boxes"].as<float>();
  return {list.begin(), list.end()};
}
std::vector<std::int64_t> labels(const Dataset& data, std::int64_t k) {
  const Record record = data.record(k);
  const auto list = record["labels"].as<std::int64_t>();
  return {list.begin(), list.end()};
}

std::string object(const std::string& name, int x1, int y1, int x2, int y2) {
  return "<object><name>" + name + "</name>\n<difficult>1</difficult><bndbox><xmin>" + std::to_string(x1) +
         "</xmin><ymin>" + std::to_string(y1) + "</ymin><xmax>" + std::to_string(x2) + "</xmax><ymax>" +
         std::to_string(y2) + "</ymax></bndbox></object>\n";
}
std::string annotation(const std::string& objects) {
  return "<annotation>\n<size><width>20</width><height>10</height></size>\n" + objects + "</annotation>\n";
}

TEST(Voc, ReadsBoxesFromOneOrZero) {
  const Folder folder;
  folder.picture("JPEGImages/a.png", 20, 10);
  folder.picture("JPEGImages/b.png", 20, 10);
  folder.put("Annotations/a.xml", annotation(object("dog", 1, 1, 20, 10) + object("cat", 5, 3, 30, 9)));
  folder.put("Annotations/b.xml", annotation(""));
  folder.put("ImageSets/Main/train.txt", "a\r\n\n");
  std::vector<std::string> told;
  AnnotationOptions options{.tell = [&](const std::string& line) { told.push_back(line); }};
  const Dataset data = voc(folder.path(), "", options);
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.info().classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(boxes(data, 0), (std::vector<float>{0, 0, 20, 10, 4, 2, 20, 9}));
  EXPECT_EQ(labels(data, 0), (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(data.record(0)["boxes.difficult"].as<std::uint8_t>()[1], 1);
  EXPECT_EQ(data.record(0)["image"].field.shape, Shape({3, 10, 20}));
  EXPECT_TRUE(boxes(data, 1).empty());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].find("1 boxes left their pictures"), std::string::npos) << told[0];
  options.base = 0;
  EXPECT_EQ(boxes(voc(folder.path(), "train", options), 0)[0], 1);
  EXPECT_EQ(voc(folder.path(), "train").size(), 1);
}

TEST(BadInput, C82_VocFilesThatAreWrong) {
  const Folder folder;
  folder.picture("JPEGImages/a.png", 20, 10);
  const auto read = [&](const std::string& text, const AnnotationOptions& options = {}) {
    folder.put("Annotations/a.xml", text);
    return voc(folder.path(), "", options);
  };
  std::string told;
  EXPECT_TRUE(boxes(read(annotation(object("dog", 4, 5, 4, 5)),
                         {.tell = [&](const std::string& line) { told += line; }}),
                    0)
                  .empty());
  EXPECT_NE(told.find("a.xml:4: the box (3, 4, 4, 5) has no area"), std::string::npos) << told;
  expect_error<FormatError>(
      [&] { read(annotation(object("dog", 4, 5, 4, 5)), {.empty_boxes = EmptyBox::stop}); },
      {"a.xml:4", "no area"});
  expect_error<FormatError>([&] { read("<annotation><object>"); }, {"a.xml:1", "is not XML"});
  expect_error<FormatError>([&] { read("<html/>"); }, {"<annotation>"});
  expect_error<FormatError>([&] { read(annotation("<object><name>a</name></object>")); },
                            {"a.xml:3", "<bndbox>"});
  expect_error<FormatError>([&] { read(annotation(object("dog", 1, 1, 3, 3)), {.classes = {"cat"}}); },
                            {"'dog'", "cat"});
  expect_error<ValueError>([&] { read(annotation(""), {.base = 2}); }, {"base is 2"});
  // An entity is not expanded and no file is opened for it.
  const Dataset plain =
      read("<!DOCTYPE a [<!ENTITY x SYSTEM \"/etc/passwd\">]>" + annotation(object("&x;", 1, 1, 3, 3)));
  EXPECT_EQ(plain.info().classes, std::vector<std::string>{"&x;"});
  folder.picture("JPEGImages/a.png", 5, 5);
  expect_error<FormatError>([&] { plain.record(0); }, {"5x5", "20x10"});
  fs::remove(folder.path() / "JPEGImages/a.png");
  expect_error<FileError>([&] { read(annotation("")); }, {"no picture a"});
  expect_error<FileError>([&] { voc(folder.path(), "train"); }, {"train.txt"});
  folder.put("ImageSets/Main/train.txt", "../a\n");
  expect_error<FormatError>([&] { voc(folder.path(), "train"); }, {"train.txt:1", "../a"});
}

TEST(Yolo, ReadsSharesOfThePicture) {
  const Folder folder;
  folder.picture("train/images/a.png", 20, 10);
  folder.picture("train/images/b.png", 20, 10);
  folder.picture("train/images/c.png", 20, 10);
  folder.put("train/labels/a.txt", "1 0.5 0.5 0.5 1.0\n");
  folder.put("train/labels/b.txt", "");
  folder.put("data.yaml", "train: x\nnames:\n  0: 'cat'\n  1: dog\nnc: 2\n");
  std::string told;
  const Dataset data = yolo(folder.path(), "train", {.tell = [&](const std::string& line) { told += line; }});
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(boxes(data, 0), (std::vector<float>{5, 0, 15, 10}));
  EXPECT_EQ(labels(data, 0), std::vector<std::int64_t>{1});
  EXPECT_TRUE(boxes(data, 1).empty()) << "an empty file is a picture without boxes";
  EXPECT_NE(told.find("1 pictures have no label file"), std::string::npos) << told;
  folder.put("data.yaml", "names: [cat, \"dog\"]\n");
  EXPECT_EQ(yolo(folder.path(), "train").info().classes, (std::vector<std::string>{"cat", "dog"}));
  folder.put("data.yaml", "names:\n- cat\n- dog\nother: 1\n");
  EXPECT_EQ(yolo(folder.path(), "train").info().classes.size(), 2u);
}

TEST(BadInput, C82_YoloFilesThatAreWrong) {
  const Folder folder;
  folder.picture("images/a.png", 20, 10);
  folder.put("classes.txt", "cat\n");
  const auto read = [&](const std::string& text, const AnnotationOptions& options = {}) {
    folder.put("labels/a.txt", text);
    return yolo(folder.path(), "", options);
  };
  expect_error<FormatError>([&] { read("\n1 0.5 0.5 0.1 0.1\n"); }, {"a.txt:2", "'1'", "0 to 0"});
  expect_error<FormatError>([&] { read("0 5 5 0.1 0.1\n"); }, {"a.txt:1", "'5'", "0 to 1"});
  expect_error<FormatError>([&] { read("0 0.5 0.5 0.1\n"); }, {"4 numbers", "expected 5"});
  expect_error<FormatError>([&] { read("0 0.5 0.5 nan 0.1\n"); }, {"'nan'"});
  expect_error<FormatError>([&] { read("0 0.5 0.5 0 0.1\n", {.empty_boxes = EmptyBox::stop}); },
                            {"a.txt:1", "area"});
  EXPECT_TRUE(boxes(read("0 0.5 0.5 0 0.1\n"), 0).empty());
  fs::remove(folder.path() / "classes.txt");
  expect_error<FileError>([&] { read(""); }, {"data.yaml", "classes.txt"});
  folder.put("data.yaml", "names:\n  0: a\n  2: b\n");
  expect_error<FormatError>([&] { read(""); }, {"class 1 has no name"});
}

constexpr const char* kCoco = R"({
 "categories": [{"id": 7, "name": "dog"}, {"id": 3, "name": "cat"}],
 "images": [{"id": 1, "file_name": "a.png", "width": 6, "height": 4}, {"id": 2, "file_name": "b.png", "width": 6, "height": 4}],
 "annotations": [
  {"image_id": 1, "category_id": 7, "bbox": [1, 1, 3, 2], "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]], "iscrowd": 0,
   "keypoints": [2, 1, 2, 9, 9, 0, 3, 2, 1]},
  {"image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 4], "segmentation": {"counts": [0, 4, 20], "size": [4, 6]}, "iscrowd": 1}]})";

TEST(Coco, ReadsBoxesMasksAndPoints) {
  const Folder folder;
  folder.picture("a.png", 6, 4);
  folder.picture("b.png", 6, 4);
  const Dataset data = coco(folder.put("c.json", kCoco), folder.path(), {.masks = true, .channels = 1});
  EXPECT_EQ(data.info().classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(boxes(data, 0), (std::vector<float>{1, 1, 4, 3, 0, 0, 1, 4}));
  EXPECT_EQ(labels(data, 0), (std::vector<std::int64_t>{1, 0}));
  EXPECT_TRUE(boxes(data, 1).empty());
  const Record first = data.record(0);
  EXPECT_EQ(first["boxes.crowd"].as<std::uint8_t>()[1], 1);
  const auto mask = first["mask"].as<std::int64_t>();
  EXPECT_EQ(
      std::vector<std::int64_t>(mask.begin(), mask.end()),
      (std::vector<std::int64_t>{1, 0, 0, 0, 0, 0, 1, 2, 2, 2, 0, 0, 1, 2, 2, 2, 0, 0, 1, 0, 0, 0, 0, 0}));
  const auto points = first["points"].as<float>();
  EXPECT_EQ(std::vector<float>(points.begin(), points.end()),
            (std::vector<float>{2, 1, 1, 0, 0, 0, 3, 2, 1}));
  EXPECT_EQ(data.record(1)["points"].field.shape, Shape({0, 3}));
}

// Five bits in each character: "4" is 4, and "PP2" is 2 · 32².
TEST(Coco, DecodesRunLengths) {
  EXPECT_EQ(decoded_runs("042", "x"), (std::vector<std::int64_t>{0, 4, 2}));
  EXPECT_EQ(decoded_runs("PP2N", "x"), (std::vector<std::int64_t>{2048, -2}));
  expect_error<FormatError>([] { decoded_runs("P", "file"); }, {"file", "damaged"});
}

TEST(BadInput, C82_CocoFilesThatAreWrong) {
  const Folder folder;
  const auto read = [&](const std::string& from, const std::string& to) {
    std::string text = kCoco;
    text.replace(text.find(from), from.size(), to);
    return coco(folder.put("c.json", text), folder.path(), {.masks = true});
  };
  expect_error<FormatError>([&] { read("\"a.png\"", "\"../a.png\""); },
                            {"images[0]", "../a.png", "out of the folder"});
  expect_error<FormatError>([&] { read("\"a.png\"", "\"/etc/a.png\""); }, {"out of the folder"});
  expect_error<FormatError>([&] { read("\"image_id\": 1", "\"image_id\": 9"); }, {"annotations[0]", "id 9"});
  expect_error<FormatError>([&] { read("\"category_id\": 7", "\"category_id\": 8"); },
                            {"annotations[0]", "id 8"});
  expect_error<FormatError>([&] { read("\"id\": 2", "\"id\": 1"); }, {"images[1]", "twice"});
  expect_error<FormatError>([&] { read("[1, 1, 3, 2]", "[1, 1, 3]"); }, {"3 numbers"});
  expect_error<FormatError>([&] { read("[0, 4, 20]", "[0, 4, 2000]"); }, {"24 pixels"});
  expect_error<FormatError>([&] { read("{\n", "[\n"); }, {"c.json", "is not JSON"});
  expect_error<FormatError>([&] { read("\"images\"", "\"pictures\""); }, {"'images'"});
}

fs::path shared(const char* name) { return testing::source_dir().parent_path() / "shared" / "data" / name; }

TEST(Voc, CountsWhatBccdHas) {
  const fs::path folder = shared("detection/bccd");
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  std::vector<std::string> told;
  const AnnotationOptions options{.tell = [&](const std::string& line) { told.push_back(line); }};
  const Dataset train = voc(folder, "train", options), val = voc(folder, "val", options);
  EXPECT_EQ(train.size(), 205);
  EXPECT_EQ(val.size(), 87);
  EXPECT_EQ(train.info().classes, (std::vector<std::string>{"Platelets", "RBC", "WBC"}));
  std::int64_t counts[3] = {};
  for (const Dataset& part : {train, val}) {
    const Dataset labels = part.fields({"labels"});
    for (std::int64_t k = 0; k < labels.size(); ++k) {
      const Record record = labels.record(k);
      for (const std::int64_t label : record["labels"].as<std::int64_t>()) ++counts[label];
    }
  }
  EXPECT_EQ(counts[0], 292);
  EXPECT_EQ(counts[1], 3350 - 2) << "two boxes have no area";
  EXPECT_EQ(counts[2], 301);
  int empty = 0;
  for (const std::string& line : told) empty += line.find("no area") != std::string::npos;
  EXPECT_EQ(empty, 2);
  EXPECT_EQ(train.record(0)["image"].field.shape, Shape({3, 480, 640}));
}

}  // namespace
}  // namespace luge::data
