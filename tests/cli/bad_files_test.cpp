// luge data goes over all files, whatever the first of them is like.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/io/image.h"
#include "support/in_process.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::in_process;
using testing::says;
using testing::TempDir;

class DataFiles : public ::testing::Test {
 protected:
  TempDir dir;

  void add(const std::string& name, int seed = 0) const {
    fs::create_directories((dir.path() / name).parent_path());
    io::write_png(dir.file(name), testing::smooth_picture(8, 8, 1, seed));
  }
  void damage(const std::string& name, bool header) const {
    add(name);
    std::string bytes = testing::read_file(dir.file(name));
    header ? bytes[3] = 'x' : bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x5a);
    dir.write(name, bytes);
  }
  std::vector<std::string> told(const testing::CommandResult& ran) const {
    std::vector<std::string> names;
    const json document = json::parse(ran.out);
    for (const json& each : document.at("bad")) {
      EXPECT_FALSE(each.at("reason").get<std::string>().empty());
      names.push_back(fs::path(each.at("file").get<std::string>()).lexically_relative(dir.path()).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(DataFiles, EachDamagedHeaderAndBodyIsListed) {
  for (int k = 0; k < 3; ++k)
    add(fmt::format("set/a/{}.png", k), k), add(fmt::format("set/b/{}.png", k), 9 + k);
  damage("set/a/header.png", true);
  damage("set/b/body.png", false);
  dir.write("set/b/text.png", "hello");
  const std::vector<std::string> expected = {"set/a/header.png", "set/b/body.png", "set/b/text.png"};
  const auto ran = in_process({"data", dir.file("set"), "--json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(told(ran), expected) << ran.out << ran.err;
  EXPECT_EQ(json::parse(ran.out)["train"]["samples"], 6);
  const auto text = in_process({"data", dir.file("set")});
  EXPECT_EQ(text.code, 1);
  EXPECT_TRUE(says(text.out, "3 files cannot be read:")) << text.out;
  for (const std::string& name : expected) EXPECT_TRUE(says(text.out, dir.file(name))) << text.out;
  const auto skipped = in_process({"data", dir.file("set"), "on_bad=skip", "--json"});
  EXPECT_EQ(skipped.code, 0) << "bad files are no fault when they are to be skipped";
  EXPECT_EQ(told(skipped), expected);
  EXPECT_EQ(in_process({"data", dir.file("set"), "on_bad=stop"}).code, 1);
}

TEST_F(DataFiles, TheFirstTwentyAreShownUnlessAllAreAskedFor) {
  add("set/a/1.png");
  for (int k = 0; k < 25; ++k) {
    fs::create_directories(dir.path() / "set/b");
    dir.write(fmt::format("set/b/{:02}.png", k), "hello");
  }
  // No picture of the class b is left: the document says so, and which files are bad.
  const auto ran = in_process({"data", dir.file("set"), "--json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(told(ran).size(), 25u);
  EXPECT_TRUE(says(json::parse(ran.out).at("error"), "has no pictures")) << ran.out;
  add("set/b/good.png");
  const auto text = in_process({"data", dir.file("set")});
  EXPECT_TRUE(says(text.out, "25 files cannot be read") && says(text.out, "19.png") &&
              !says(text.out, "20.png") && says(text.out, "5 more; check=true lists all"))
      << text.out;
  EXPECT_TRUE(says(in_process({"data", dir.file("set"), "check=true"}).out, "24.png"));
}

TEST_F(DataFiles, MasksBoxesAndSoundsAreCheckedToTheEnd) {
  for (const char* name : {"masks/images/a.png", "masks/masks/a.png", "masks/images/lone.png"}) add(name);
  damage("masks/images/b.png", true);
  add("masks/masks/b.png");
  add("masks/images/c.png");
  damage("masks/masks/c.png", false);
  EXPECT_EQ(told(in_process({"data", dir.file("masks"), "--json"})),
            (std::vector<std::string>{"masks/images/b.png", "masks/images/lone.png", "masks/masks/c.png"}));
  for (const char* name : {"a", "b", "c"}) add(fmt::format("yolo/images/{}.png", name));
  fs::create_directories(dir.path() / "yolo/labels");
  dir.write("yolo/classes.txt", "thing\n");
  dir.write("yolo/labels/a.txt", "0 0.5 0.5 0.5 0.5\n");
  dir.write("yolo/labels/b.txt", "7 0.5 0.5 0.5 0.5\n");
  damage("yolo/images/c.png", false);
  damage("yolo/images/b.png", true);
  EXPECT_EQ(told(in_process({"data", dir.file("yolo"), "--json"})),
            (std::vector<std::string>{"yolo/images/b.png", "yolo/images/c.png", "yolo/labels/b.txt"}));
  for (const char* name : {"a", "b", "c"}) add(fmt::format("voc/JPEGImages/{}.png", name));
  fs::create_directories(dir.path() / "voc/Annotations");
  dir.write("voc/Annotations/a.xml", "<annotation></annotation>");
  dir.write("voc/Annotations/b.xml", "<annotation><object>");
  dir.write("voc/Annotations/c.xml",
            "<annotation><size><width>9</width><height>9</height></size></annotation>");
  EXPECT_EQ(told(in_process({"data", dir.file("voc"), "--json"})),
            (std::vector<std::string>{"voc/Annotations/b.xml", "voc/JPEGImages/c.png"}));
}

}  // namespace
}  // namespace luge
