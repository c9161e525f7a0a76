// luge detect: what a detector finds in pictures, drawn and as JSON, in pixels of the pictures.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/io/image.h"
#include "support/command.h"
#include "support/in_process.h"
#include "support/pictures.h"
#include "support/task_files.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::in_process;
using testing::read_file;
using testing::says;
using testing::TempDir;

std::string trained(const TempDir& dir, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = testing::as_arguments(testing::words_for_task(dir, "detection"));
  words.insert(words.begin(), "train");
  words.insert(words.end(), {"epochs=2", "run.dir=" + dir.file("run"), "--json"});
  words.insert(words.end(), more.begin(), more.end());
  const auto ran = in_process(words);
  EXPECT_EQ(ran.code, 0) << ran.err;
  return dir.file("run");
}

TEST(Detect, AFolderIsDrawnAndToldAsJson) {
  const TempDir dir;
  const std::string run = trained(dir);
  fs::create_directories(dir.path() / "in");
  io::write_png(dir.file("in/wide.png"), testing::smooth_picture(40, 120, 3, 1));
  io::write_png(dir.file("in/small.png"), testing::smooth_picture(20, 20, 3, 2));
  const auto ran = in_process(
      {"detect", "run=" + run, "input=" + dir.file("in"), "to=" + dir.file("out"), "score=0", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json list = json::parse(ran.out);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(json::parse(read_file(dir.file("out/detections.json"))), list);
  std::size_t found = 0;
  for (const json& one : list) {
    EXPECT_TRUE(read_file(one.at("drawn").get<std::string>()).starts_with("\x89PNG"));
    const bool wide = says(one.at("input").get<std::string>(), "wide");
    EXPECT_EQ(one.at("width"), wide ? 120 : 20);
    EXPECT_EQ(one.at("height"), wide ? 40 : 20);
    for (const json& each : one.at("detections")) {
      ++found;
      EXPECT_TRUE(each.at("label") == "red" || each.at("label") == "blue") << each;
      const auto box = each.at("box").get<std::vector<double>>();
      EXPECT_TRUE(box[0] >= 0 && box[0] <= box[2] && box[2] <= one.at("width").get<double>()) << each;
      EXPECT_TRUE(box[1] >= 0 && box[1] <= box[3] && box[3] <= one.at("height").get<double>()) << each;
    }
  }
  EXPECT_GT(found, 0u);

  const auto told =
      in_process({"predict", "run=" + run, "input=" + dir.file("in/wide.png"), "task.score=0", "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  const json wide = says(list[0].at("input").get<std::string>(), "wide") ? list[0] : list[1];
  EXPECT_EQ(json::parse(told.out)[0].at("detections"), wide.at("detections")) << "predict says the same";
}

TEST(Detect, ARunShowsItsBoxes) {
  const TempDir dir;
  const std::string run = trained(dir, {"callbacks.predictions=2", "sizes=64,96"});
  const json evaluation = json::parse(read_file(run + "/evaluation.json"));
  EXPECT_EQ(evaluation.at("kind"), "boxes");
  EXPECT_EQ(evaluation.at("classes"), json({"red", "blue", "background"}));
  EXPECT_EQ(evaluation.at("confusion").size(), 3u);
  EXPECT_FALSE(evaluation.at("curves").empty());
  EXPECT_TRUE(evaluation.at("first_batch").get<std::string>().starts_with("data:image/png"));
  EXPECT_TRUE(read_file(run + "/first-batch.png").starts_with("\x89PNG"));
  EXPECT_TRUE(read_file(run + "/predictions/epoch-0002.png").starts_with("\x89PNG"));
  const auto eval = in_process({"eval", "run=" + run, "--json"});
  ASSERT_EQ(eval.code, 0) << eval.err;
  EXPECT_TRUE(json::parse(eval.out).at("metrics").contains("map50")) << eval.out;
}

TEST(Detect, EvalDrawsTheConfusionOfClassesAndTheBackground) {
  const TempDir dir;
  const std::string run = trained(dir), to = dir.file("confusion.svg");
  const auto told = in_process({"eval", "run=" + run, "split=train", "to=" + to});
  ASSERT_EQ(told.code, 0) << told.err;
  EXPECT_TRUE(says(told.err, to)) << told.err;
  const std::string drawn = read_file(to);
  EXPECT_TRUE(says(drawn, "background") && says(drawn, "scores from 0.25")) << drawn.substr(0, 2000);
}

TEST(BadInput, C82_DetectNamesWhatIsNoDetectorAndWhatIsNoPicture) {
  const TempDir dir;
  std::vector<std::string> words = testing::as_arguments(testing::words_for_task(dir, "segmentation"));
  words.insert(words.begin(), "train");
  words.insert(words.end(), {"epochs=1", "run.dir=" + dir.file("masks-run"), "--json"});
  ASSERT_EQ(in_process(words).code, 0);
  const auto other = in_process({"detect", "run=" + dir.file("masks-run"), "input=" + dir.path().string()});
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(says(other.err, "task=segmentation") && says(other.err, "finds no boxes")) << other.err;
  const std::string run = trained(dir);
  const auto text = in_process({"detect", "run=" + run, "input=" + dir.write("x.png", "no picture")});
  EXPECT_NE(text.code, 0);
  EXPECT_TRUE(says(text.err, "x.png")) << text.err;
  const auto file = in_process({"detect", "run=" + run, "input=" + dir.file("boxes/images"), "to=sheet.png"});
  EXPECT_TRUE(says(file.err, "a folder")) << file.err;
}

}  // namespace
}  // namespace luge
