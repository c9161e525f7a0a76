// Texts in pictures from the shell: made-up ones and a folder whose file names say them.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/data/captcha.h"
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

const std::vector<std::string> kSmall = {"data.pixels=16x64", "data.samples=30", "data.held_back=25"};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more = {}) {
  words.insert(words.end(), kSmall.begin(), kSmall.end());
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(CaptchaCommand, WritesPicturesThatAreReadAgain) {
  const TempDir dir;
  const std::string folder = dir.file("pictures");
  const auto wrote = in_process(with({"data", "captcha", "to=" + folder, "count=25"},
                                     {"data.characters=AB", "data.shortest=1", "data.longest=3"}));
  ASSERT_EQ(wrote.code, 0) << wrote.err;
  int twice = 0, files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string(), text = data::text_of_file_name(name);
    EXPECT_EQ(text.find_first_not_of("AB"), std::string::npos) << name;
    twice += name.find('_') != std::string::npos, ++files;
  }
  EXPECT_EQ(files, 25);
  EXPECT_GT(twice, 0) << "texts of at most three of two letters repeat";
  const auto facts = in_process({"data", folder, "--json"});
  ASSERT_EQ(facts.code, 0) << facts.err << facts.out;

  const auto trained = in_process({"train", "model=crnn", "filters=4,4", "units=0", "data=" + folder,
                                   "epochs=1", "batch=5", "run.dir=" + dir.file("run"), "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_TRUE(json::parse(trained.out).at("metrics").contains("val_exact-match")) << trained.out;
  const auto told = in_process(
      {"predict", "run=" + dir.file("run"), "input=" + folder, "to=" + dir.file("read.svg"), "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  const json first = json::parse(told.out).at(0);
  EXPECT_TRUE(first.at("text").is_string() && first.at("probability").is_number()) << first;
  EXPECT_TRUE(says(testing::read_file(dir.file("read.svg")), "%"));
  // A picture of another size is resized as those of the training.
  io::Image large = io::read_image((fs::directory_iterator(folder))->path().string());
  large.height = 32, large.width = 32, large.pixels.resize(32 * 32);
  io::write_png(dir.file("large.png"), large);
  EXPECT_EQ(in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("large.png")}).code, 0);
}

TEST(CaptchaCommand, BothNetworksAreTrainedAndMeasured) {
  for (const char* model : {"crnn", "captcha-cnn"}) {
    const TempDir dir;
    const auto trained = in_process(with({"train", std::string("model=") + model, "filters=4,4", "epochs=1",
                                          "batch=10", "run.dir=" + dir.file("run")}));
    ASSERT_EQ(trained.code, 0) << model << trained.err;
    const auto eval = in_process({"eval", "run=" + dir.file("run"), "split=test", "--json"});
    ASSERT_EQ(eval.code, 0) << model << eval.err;
    const json metrics = json::parse(eval.out).at("metrics");
    EXPECT_GE(metrics.at("cer"), 0.3) << model << ": nothing is learned in three steps";
    EXPECT_LE(metrics.at("exact-match"), 0.1) << model;
    EXPECT_TRUE(says(testing::read_file(dir.file("run/report.html")), "data:image/png;base64,")) << model;
    const auto resumed = in_process({"resume", "run=" + dir.file("run"), "epochs=2"});
    EXPECT_EQ(resumed.code, 0) << "validation samples of its own: " << resumed.err;
  }
}

TEST(CaptchaCommand, DecodingCanBeChosenAfterwards) {
  const TempDir dir;
  ASSERT_NO_FATAL_FAILURE(testing::train_task(dir, "text-recognition"));
  const auto wrote = in_process(with({"data", "captcha", "to=" + dir.file("p"), "count=2"}));
  ASSERT_EQ(wrote.code, 0) << wrote.err;
  for (const char* decoding : {"greedy", "beam"})
    EXPECT_EQ(in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("p"),
                          std::string("task.decoding=") + decoding})
                  .code,
              0);
  const auto wrong =
      in_process({"predict", "run=" + dir.file("run"), "input=" + dir.file("p"), "task.decoding=best"});
  EXPECT_EQ(wrong.code, 2) << wrong.err;
  EXPECT_TRUE(says(wrong.err, "beam")) << wrong.err;
}

// Models whose tasks need labels in a row, or points, are looked at without data.
TEST(CaptchaCommand, NetworksArePlannedAndCheckedWithoutData) {
  for (const char* model : {"crnn", "captcha-cnn", "keypoint-maps", "keypoint-cnn"}) {
    const std::string name = std::string("model=") + model;
    const auto plan = in_process({"plan", name, "filters=4,4", "batch=2"});
    EXPECT_EQ(plan.code, 0) << model << plan.err;
    EXPECT_TRUE(says(plan.out, "one training step")) << plan.out;
    const auto checked =
        in_process({"gradcheck", name, "filters=4,4", "elements=1", "seconds=5", "mode=eval", "--json"});
    ASSERT_EQ(checked.code, 0) << model << checked.err << checked.out;
    EXPECT_TRUE(json::parse(checked.out).at("passed").get<bool>()) << checked.out;
  }
}

TEST(BadInput, C82_CaptchasThatCannotBeMadeOrRead) {
  const TempDir dir;
  const auto refused = [&](std::vector<std::string> words, std::initializer_list<const char*> parts) {
    const auto ran = in_process(words);
    EXPECT_NE(ran.code, 0);
    for (const char* part : parts) EXPECT_TRUE(says(ran.err, part)) << part << ": " << ran.err;
  };
  refused(with({"data", "captcha"}, {"data.fonts=No Such Font"}), {"'No Such Font'", "DejaVu Sans"});
  refused(with({"data", "captcha"}, {"data.characters=AA"}), {"'A'"});
  refused(with({"data", "captcha"}, {"data.shortest=7"}), {"longest is 6", "7"});
  // Texts of six characters for a network with two heads.
  refused(with({"train", "model=captcha-cnn", "filters=4,4", "positions=2", "epochs=1",
                "run.dir=" + dir.file("run")}),
          {"captcha, picture", "characters", "2 positions"});
  fs::create_directories(dir.path() / "named");
  for (const char* name : {"AB.png", "CD.png", "EF.png", "my cat.png"})
    io::write_png(dir.file(std::string("named/") + name),
                  {16, 64, 1, std::vector<std::uint8_t>(16 * 64, 90)});
  refused({"train", "model=crnn", "data=" + dir.file("named"), "epochs=1"}, {"my cat.png", "white space"});
  const auto skipped = in_process({"train", "model=crnn", "filters=4,4", "units=0",
                                   "data=" + dir.file("named"), "data.on_bad=skip", "epochs=1", "batch=2",
                                   "data.validation_split=0", "run.dir=" + dir.file("skipped")});
  EXPECT_EQ(skipped.code, 0) << skipped.err;
  EXPECT_TRUE(says(skipped.err, "skipped files that cannot be read (1)")) << skipped.err;
}

}  // namespace
}  // namespace luge
