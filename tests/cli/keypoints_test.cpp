// Points and numbers of pictures from the shell.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "experiment/drawn_prediction.h"
#include "luge/data/picture_fields.h"
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

// Pictures with a bright spot, and a table that says where it is.
void write_spots(const TempDir& dir, const std::string& header, auto row) {
  fs::create_directories(dir.path() / "spots");
  std::string table = header;
  for (int i = 0; i < 24; ++i) {
    const int x = 3 + i * 7 % 26, y = 2 + i * 5 % 12;
    io::Image picture{16, 32, 1, std::vector<std::uint8_t>(16 * 32, 20)};
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) picture.pixels[static_cast<std::size_t>((y + dy) * 32 + x + dx)] = 220;
    }
    io::write_png(dir.file(fmt::format("spots/{:02}.png", i)), picture);
    table += row(fmt::format("{:02}.png", i), x, y);
  }
  dir.write("spots/spots.csv", table);
}

TEST(KeypointsCommand, ATableOfPointsIsLearnedAndPredictedInPixelsOfTheFile) {
  const TempDir dir;
  write_spots(dir, "file,spot_x,spot_y\n", [](const std::string& file, int x, int y) {
    return fmt::format("{},{},{}\n", file, x + 0.5, y + 0.5);
  });
  // Half the size: the network sees 8x16.
  const auto trained = in_process({"train", "model=keypoint-maps", "filters=12,12",
                                   "data=" + dir.file("spots"), "data.size=8x16", "batch=6", "epochs=60",
                                   "lr=0.01", "task.sigma=0.8", "run.dir=" + dir.file("run"), "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_LT(json::parse(trained.out).at("metrics").at("val_point-error"), 0.08) << trained.out;
  const auto told =
      in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("spots/04.png"), "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  const json point = json::parse(told.out).at(0).at("points").at(0);
  EXPECT_EQ(point.at("name"), "spot");
  EXPECT_NEAR(point.at("x"), 3 + 28 % 26 + 0.5, 2.5) << point;
  EXPECT_NEAR(point.at("y"), 2 + 20 % 12 + 0.5, 2.5) << point;
  const auto line = in_process(
      {"predict", "run=" + dir.file("run"), "input=" + dir.file("spots/04.png"), "task.threshold=0"});
  EXPECT_TRUE(says(line.out, "spot: ")) << line.out;
}

// A letterbox of 32x32 puts the 16x32 pictures into the middle of its height; points come back out of it.
TEST(KeypointsCommand, PointsAreToldAsTheyLieBeforeALetterbox) {
  const TempDir dir;
  write_spots(dir, "file,spot_x,spot_y\n", [](const std::string& file, int x, int y) {
    return fmt::format("{},{},{}\n", file, x + 0.5, y + 0.5);
  });
  const auto trained =
      in_process({"train", "model=keypoint-maps", "filters=12,12", "data=" + dir.file("spots"),
                  "augment=letterbox", "augment.letterbox.size=32", "batch=6", "epochs=60", "lr=0.01",
                  "task.sigma=0.8", "run.dir=" + dir.file("run"), "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const json best = json::parse(trained.out).at("best");
  const auto judged = in_process({"eval", "run=" + dir.file("run"), "split=valid", "--json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_NEAR(json::parse(judged.out).at("metrics").at("point-error"), best.at("val_point-error"), 1e-5);
  const auto told =
      in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("spots/04.png"), "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  const json point = json::parse(told.out).at(0).at("points").at(0);
  EXPECT_NEAR(point.at("x"), 3 + 28 % 26 + 0.5, 2.5) << point;
  EXPECT_NEAR(point.at("y"), 2 + 20 % 12 + 0.5, 2.5) << point;
}

// config.toml of a run lists the default share that is held back, which is not used here.
TEST(KeypointsCommand, EvalUsesTheValidationSamplesOfTheData) {
  const TempDir dir;
  const auto trained =
      in_process({"train", "model=keypoint-maps", "filters=4,4", "data=stick-figures", "data.samples=40",
                  "data.pixels=16", "batch=10", "epochs=1", "run.dir=" + dir.file("run"), "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto judged = in_process({"eval", "run=" + dir.file("run"), "split=valid", "--json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_EQ(json::parse(judged.out).at("samples"), 40 / 8) << judged.out;
}

TEST(KeypointsCommand, NumbersOfPicturesAreLearned) {
  const TempDir dir;
  write_spots(dir, "file,right,down\n",
              [](const std::string& file, int x, int y) { return fmt::format("{},{},{}\n", file, x, y); });
  const auto trained = in_process({"train", "model=mlp", "hidden=8", "task=regression", "loss=mse",
                                   "data=" + dir.file("spots"), "standardize=true", "batch=6", "epochs=2",
                                   "run.dir=" + dir.file("run"), "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto told =
      in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("spots/00.png"), "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  EXPECT_EQ(json::parse(told.out).at(0).at("values").size(), 2u) << told.out;
}

TEST(KeypointsCommand, BothNetworksAreTrainedMeasuredAndDrawn) {
  for (const char* model : {"keypoint-maps", "keypoint-cnn"}) {
    const TempDir dir;
    const auto trained = in_process({"train", std::string("model=") + model, "filters=4,4", "data.samples=32",
                                     "data.pixels=16", "batch=8", "epochs=1", "augment=flip",
                                     "augment.flip.swap=3,5,4,6,7,9,8,10", "run.dir=" + dir.file("run")});
    ASSERT_EQ(trained.code, 0) << model << trained.err;
    const auto eval = in_process({"eval", "run=" + dir.file("run"), "split=test", "--json"});
    ASSERT_EQ(eval.code, 0) << model << eval.err;
    const json metrics = json::parse(eval.out).at("metrics");
    EXPECT_GT(metrics.at("point-error"), 0) << model;
    EXPECT_TRUE(metrics.contains("pck")) << model;
    ASSERT_EQ(in_process({"data", "stick-figures", "data.pixels=16", "to=" + dir.file("p"), "count=2"}).code,
              0);
    const auto told = in_process(
        {"predict", "run=" + dir.file("run"), "input=" + dir.file("p"), "to=" + dir.file("found.svg")});
    EXPECT_EQ(told.code, 0) << model << told.err;
    EXPECT_TRUE(says(testing::read_file(dir.file("found.svg")), "of 11 points visible")) << model;
  }
}

TEST(DrawnPrediction, HasVisiblePointsOnThePicture) {
  data::HostArray picture({f32, {1, 2, 3}}), points({f32, {2, 3}}), visible({u8, {2}});
  points.as<float>()[0] = 1.5f, points.as<float>()[1] = 0.5f, points.as<float>()[2] = 0.9f,
  points.as<float>()[5] = 0.1f;
  visible.as<std::uint8_t>()[0] = 1;
  const auto drawn = experiment::drawn_prediction(
      {}, {{"input", picture}}, {{"points", points}, {"visible", visible}}, {"nose", "ear"}, "a.png");
  ASSERT_EQ(drawn.dots.size(), 1u);
  EXPECT_EQ(drawn.dots[0].x, 1.5);
  EXPECT_EQ(drawn.dots[0].label, "nose");
  EXPECT_EQ(drawn.caption, "a.png\n1 of 2 points visible");
}

TEST(BadInput, C87_APointOutsideOfItsPictureIsNamedByLine) {
  const TempDir dir;
  write_spots(dir, "file,spot_x,spot_y\n", [](const std::string& file, int x, int y) {
    return fmt::format("{},{},{}\n", file, file == "03.png" ? 99 : x, y);
  });
  const auto refused = in_process({"train", "model=keypoint-maps", "data=" + dir.file("spots"), "epochs=1"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(says(refused.err, "spots.csv:5") && says(refused.err, "outside of the picture")) << refused.err;
  const auto skipped = in_process({"train", "model=keypoint-maps", "filters=4,4", "data=" + dir.file("spots"),
                                   "data.on_bad=skip", "epochs=1", "run.dir=" + dir.file("run")});
  EXPECT_EQ(skipped.code, 0) << skipped.err;
  EXPECT_TRUE(says(skipped.err, "skipped files that cannot be read (1)")) << skipped.err;
}

}  // namespace
}  // namespace luge
