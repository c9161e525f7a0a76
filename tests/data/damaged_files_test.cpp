// Files with bytes that are flipped, cut or repeated: an error of Luge or data, and nothing else.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "luge/data/annotations.h"
#include "luge/data/array_files.h"
#include "luge/data/sound.h"
#include "luge/data/table.h"
#include "luge/error.h"
#include "luge/io/image.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::TempDir;

std::string damaged(std::string text, std::mt19937& random) {
  for (unsigned k = random() % 3 + 1; k-- > 0 && !text.empty();) {
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, random() % 9); break;
      case 2: text.insert(at, text.substr(random() % text.size(), random() % 9)); break;
      default: text.insert(at, std::to_string(static_cast<int>(random()))); break;
    }
  }
  return text;
}

template <class Read>
void expect_data_or_error(const std::string& whole, const Read& read) {
  std::mt19937 random(11);
  int refused = 0;
  for (int k = 0; k < 150; ++k) {
    try {
      read(damaged(whole, random));
    } catch (const Error& error) {
      EXPECT_GT(std::string(error.what()).size(), 10u);
      ++refused;
    }
  }
  EXPECT_GT(refused, 10);
}

void read_all(const Dataset& data) {
  for (std::int64_t k = 0; k < data.size(); ++k) data.record(k);
}

TEST(DamagedFiles, GiveDataOrAnError) {
  const TempDir folder;
  for (const char* name : {"JPEGImages", "Annotations", "images", "labels", "sounds", "sounds/a"})
    std::filesystem::create_directories(folder.path() / name);
  const io::Image picture{4, 6, 1, std::vector<std::uint8_t>(24, 9)};
  io::write_png(folder.file("JPEGImages/a.png"), picture);
  io::write_png(folder.file("images/a.png"), picture);
  folder.write("classes.txt", "a\nb\n");
  expect_data_or_error(
      "<annotation><size><width>6</width><height>4</height></size><object><name>a</name><bndbox><xmin>1</"
      "xmin>"
      "<ymin>1</ymin><xmax>3</xmax><ymax>3</ymax></bndbox></object></annotation>",
      [&](const std::string& text) {
        folder.write("Annotations/a.xml", text);
        read_all(voc(folder.path()));
      });
  expect_data_or_error("1 0.5 0.5 0.25 0.5\n0 0.1 0.2 0.1 0.1\n", [&](const std::string& text) {
    folder.write("labels/a.txt", text);
    read_all(yolo(folder.path()));
  });
  expect_data_or_error(
      R"({"categories":[{"id":1,"name":"a"}],"images":[{"id":1,"file_name":"a.png","width":6,"height":4}],)"
      R"("annotations":[{"image_id":1,"category_id":1,"bbox":[1,1,2,2],"segmentation":[[1,1,3,1,3,3]],)"
      R"("keypoints":[1,1,2]},{"image_id":1,"category_id":1,"bbox":[1,1,2,2],"segmentation":{"counts":"042","size":[4,6]}}]})",
      [&](const std::string& text) {
        read_all(coco(folder.write("c.json", text), folder.path() / "images", {.masks = true}));
      });
  const std::string header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n";
  expect_data_or_error(
      "\x93NUMPY" + std::string("\1\0", 2) + static_cast<char>(header.size()) + '\0' + header +
          std::string(24, 'a'),
      [&](const std::string& text) { read_all(array_file(folder.write("a.npy", text)).train); });
  expect_data_or_error(
      std::string(
          "RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x08\0\0\0abcdefgh",
          52),
      [&](const std::string& text) {
        folder.write("sounds/a/a.wav", text);
        read_all(sound_folder(folder.path() / "sounds", {.length = 4}));
      });
  expect_data_or_error(
      "when,word,number,t\n2024-01-02,a,1,x\n2024-02-03T04:05,b,2.5,y\n,a,,x\n",
      [&](const std::string& text) {
        const Dataset raw = typed_csv(folder.write("t.csv", text));
        read_all(Recipe({steps::table({.missing = Missing::median})}).fit(raw).training(raw));
      });
}

}  // namespace
}  // namespace luge::data
