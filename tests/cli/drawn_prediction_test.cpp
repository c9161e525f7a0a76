// luge predict: pictures of folders within folders, drawn with the masks that were found.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "experiment/drawn_prediction.h"
#include "experiment/input_files.h"
#include "luge/data/picture_fields.h"
#include "luge/io/image.h"
#include "support/in_process.h"
#include "support/pictures.h"
#include "support/temp_dir.h"
#include "support/trained_task.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::in_process;
using testing::says;
using testing::TempDir;

// A picture of two pixels whose right half is of class 2.
TEST(DrawnPrediction, HasTheMaskOnThePictureAndItsSharesBelow) {
  data::HostArray picture({f32, {1, 1, 2}}), mask({u8, {1, 2}});
  picture.as<float>()[0] = 30, picture.as<float>()[1] = 200;
  mask.as<std::uint8_t>()[1] = 2;
  const auto drawn = experiment::drawn_prediction({}, {{"input", picture}}, {{"mask", mask}},
                                                  {"ground", "tree", "cell"}, "a.png");
  EXPECT_EQ(drawn.image.pixels, (std::vector<std::uint8_t>{30, 200}));
  ASSERT_EQ(drawn.masks.size(), 1u);
  EXPECT_EQ(drawn.masks[0].inside, (std::vector<std::uint8_t>{0, 1}));
  EXPECT_EQ(drawn.masks[0].color, 2);
  EXPECT_EQ(drawn.masks[0].label, "cell");
  EXPECT_EQ(drawn.caption, "a.png\ncell 50.0 %");
  mask.as<std::uint8_t>()[1] = 0;
  EXPECT_EQ(experiment::drawn_prediction({}, {{"input", picture}}, {{"mask", mask}}, {}, "b").caption,
            "b\nnothing found");
}

TEST(DrawnPrediction, IsWrittenForEachPictureOfAFolder) {
  const TempDir dir;
  ASSERT_NO_FATAL_FAILURE(testing::train_task(dir, "segmentation"));
  const auto ran = in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("masks/images"),
                               "to=" + dir.file("drawn"), "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json first = json::parse(ran.out).at(0);
  EXPECT_EQ(first.at("drawn"), dir.file("drawn/00000-00.png"));
  const io::Image drawn = io::read_image(first.at("drawn").get<std::string>());
  EXPECT_GT(drawn.width, 256) << "a small picture is magnified";
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path() / "drawn"), fs::directory_iterator()), 40)
      << "a mask next to each";
  EXPECT_EQ(first.at("mask"), dir.file("drawn/00000-00.mask.png"));
  const io::Image mask = io::read_image(first.at("mask").get<std::string>());
  const io::Image picture = io::read_image(dir.file("masks/images/00.png"));
  EXPECT_EQ(mask.height, picture.height);
  EXPECT_EQ(mask.width, picture.width);
  EXPECT_EQ(mask.channels, 1);
  for (const std::uint8_t pixel : mask.pixels) ASSERT_TRUE(pixel == 0 || pixel == 255) << int{pixel};
  const auto sheet = in_process({"predict", "run=" + dir.file("run"),
                                 "input=" + dir.file("masks/images/03.png"), "to=" + dir.file("one.svg")});
  EXPECT_TRUE(says(sheet.out, "1 pictures are in " + dir.file("one.svg"))) << sheet.out << sheet.err;
  EXPECT_TRUE(says(testing::read_file(dir.file("one.svg")), "03.png"));
}

TEST(DrawnPrediction, NeedsPictures) {
  const TempDir dir;
  ASSERT_NO_FATAL_FAILURE(testing::train_task(dir, "classification"));
  const auto ran = in_process({"predict", "run=" + dir.file("run"),
                               "input=" + dir.write("x.csv", "a,b\n1,2\n"), "to=" + dir.file("x.png")});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(says(ran.err, "looks at pictures")) << ran.err;
}

TEST(InputFiles, AreThoseOfAllFoldersInTheOrderOfTheirNames) {
  const TempDir dir;
  for (const char* folder : {"b/within", "10", ".hidden"}) fs::create_directories(dir.path() / folder);
  for (const char* file :
       {"b/2.png", "b/within/1.png", "10/x.png", "9.png", "a.png", ".hidden/y.png", "b.png", ".z"})
    dir.write(file, "x");
  fs::create_directory_symlink(dir.path(), dir.path() / "b/loop");
  std::vector<std::string> left_out, found;
  for (const fs::path& path : experiment::files_below(dir.path(), [&](const std::string& what) {
         left_out.push_back(what.substr(dir.path().string().size() + 1));
       }))
    found.push_back(path.lexically_relative(dir.path()).string());
  EXPECT_EQ(found,
            (std::vector<std::string>{"10/x.png", "9.png", "a.png", "b/2.png", "b/within/1.png", "b.png"}));
  EXPECT_EQ(left_out,
            (std::vector<std::string>{".hidden: its name begins with a dot", ".z: its name begins with a dot",
                                      "b/loop: is a symbolic link to a folder that it lies in"}));
}

}  // namespace
}  // namespace luge
