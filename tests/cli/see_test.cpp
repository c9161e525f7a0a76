// luge see: pictures of what a trained network sees, of every task that looks at pictures.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "luge/io/image.h"
#include "support/in_process.h"
#include "support/temp_dir.h"
#include "support/trained_task.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::in_process;
using testing::says;
using testing::TempDir;

// A run of a small network on shapes of 12 x 12, and one of its pictures.
void train(const TempDir& dir, std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"train",
                                    "model=lenet5",
                                    "data=shapes",
                                    "data.size=12",
                                    "epochs=1",
                                    "data.samples=64",
                                    "run.dir=" + dir.file("run")};
  words.insert(words.end(), more.begin(), more.end());
  const auto ran = in_process(words);
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto drawn = in_process({"data", "shapes", "data.size=12", "count=2", "to=" + dir.file("samples")});
  ASSERT_EQ(drawn.code, 0) << drawn.err;
}

std::string a_picture(const TempDir& dir) {
  for (const auto& entry : fs::directory_iterator(dir.path() / "samples")) {
    if (entry.path().extension() == ".png") return entry.path().string();
  }
  return "";
}

TEST(See, ShowsFiltersMapsAndReasons) {
  const TempDir dir;
  train(dir);
  const std::string picture = a_picture(dir);
  const auto ran = in_process({"see", "run=" + dir.file("run"), "input=" + picture, "maps=3", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json one = json::parse(ran.out).at(0);
  const std::string stem = fs::path(picture).stem().string();
  for (const char* name : {"filters", "maps", "reasons"}) {
    const std::string file = one.at("files").at(name);
    EXPECT_EQ(file, dir.file("run/see/" + stem + "/" + name + ".png"));
    EXPECT_GT(io::read_image(file).width, 100);
  }
  const json& fields = one.at("receptive_fields");
  EXPECT_EQ(fields.at(0).at("height").at("size"), 5) << fields.dump();
  const auto person = in_process({"see", "run=" + dir.file("run"), "input=" + picture,
                                  "to=" + dir.file("out"), "samples=2", "window=3", "unit=0"});
  ASSERT_EQ(person.code, 0) << person.err;
  EXPECT_TRUE(says(person.out, "sees pixels/steps") && says(person.out, "5/1") && says(person.out, "reasons"))
      << person.out;
  EXPECT_TRUE(fs::exists(dir.path() / "out" / stem / "maps.png"));
}

TEST(See, LooksAtAllPicturesOfAFolder) {
  const TempDir dir;
  train(dir);
  const fs::path one = a_picture(dir);
  fs::copy_file(one, fs::path(one).replace_extension(".PNG"));
  const auto ran = in_process(
      {"see", "run=" + dir.file("run"), "input=" + dir.file("samples"), "to=" + dir.file("out"), "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  std::set<std::string> files;
  const json looked = json::parse(ran.out);
  EXPECT_GE(looked.size(), 2u);
  for (const json& each : looked) files.insert(each["files"]["maps"]);
  EXPECT_EQ(files.size(), looked.size()) << "those of equal stems keep apart";
}

TEST(See, SaysWhatIsWrong) {
  const TempDir dir;
  train(dir);
  const std::string picture = a_picture(dir), run = "run=" + dir.file("run");
  const auto refused = [&](std::vector<std::string> words, const char* text) {
    words.insert(words.begin(), "see");
    const auto ran = in_process(words);
    EXPECT_NE(ran.code, 0);
    EXPECT_TRUE(says(ran.err, text)) << ran.err;
  };
  refused({run, "input=" + picture, "unit=nine"}, "no output is called 'nine'");
  refused({run, "input=" + picture, "unit=99"}, "expected the name of a class or a number from 0 to");
  refused({run, "input=" + picture, "layer=conv9"}, "no layer 'conv9' is called");
  refused({run, "input=" + picture, "window=500"}, "does not fit");
  refused({run, "input=" + picture, "to=x.png"}, "a folder");
  refused({run, "input=" + dir.file("none.png")}, "none.png");
  refused({run}, "input");
}

TEST(See, NeedsANetworkThatLooksAtPictures) {
  const TempDir dir;
  ASSERT_NO_FATAL_FAILURE(testing::train_task(dir, "classification"));
  const auto ran = in_process({"see", "run=" + dir.file("run"), "input=" + dir.write("x.csv", "a,b\n1,2\n")});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(says(ran.err, "networks that look at pictures")) << ran.err;
}

TEST(See, LooksIntoSegmentationsToo) {
  const TempDir dir;
  ASSERT_NO_FATAL_FAILURE(testing::train_task(dir, "segmentation"));
  const auto ran = in_process({"see", "run=" + dir.file("run"), "input=" + dir.file("masks/images/03.png"),
                               "to=" + dir.file("out"), "unit=1", "--json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
}

}  // namespace
}  // namespace luge
