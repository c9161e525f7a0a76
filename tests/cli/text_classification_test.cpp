// Texts with classes from files of one line each: data, train, eval, predict.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/in_process.h"
#include "support/task_files.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::in_process;
using testing::says;
using testing::TempDir;

std::vector<std::string> training_of(const TempDir& dir, const std::vector<std::string>& more) {
  std::vector<std::string> words = testing::as_arguments(testing::words_for_task(dir, "text-classification"));
  words.insert(words.begin(), "train");
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(TextClassification, IsLearnedEvaluatedAndPredicted) {
  const TempDir dir;
  const std::string run = dir.file("run");
  const auto trained = in_process(training_of(dir, {"epochs=20", "lr=0.02", "run.dir=" + run, "--json"}));
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto judged = in_process({"eval", "run=" + run, "data=" + dir.file("reviews"), "--json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_TRUE(says(judged.out, "\"accuracy\"")) << judged.out;
  const std::string unseen = dir.write("unseen.txt", "a good one\n\nthis is bad and too long\n");
  const auto said = in_process({"predict", "run=" + run, "input=" + unseen, "--json"});
  ASSERT_EQ(said.code, 0) << said.err;
  const json list = json::parse(said.out);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].at("top")[0].at("label"), "pos") << said.out;
  EXPECT_EQ(list[1].at("top")[0].at("label"), "neg") << said.out;
  EXPECT_EQ(list[1].at("input"), unseen + ", line 3");
}

TEST(TextClassification, EveryModelTrains) {
  for (const char* model : {"text-cnn", "text-lstm"}) {
    const TempDir dir;
    testing::words_for_task(dir, "text-classification");
    const auto ran = in_process({"train", std::string("model=") + model, "data=" + dir.file("reviews"),
                                 "model.embedding=8", "model.vocabulary=50", "epochs=1", "batch=10",
                                 "run.dir=" + dir.file("run"), "--json"});
    EXPECT_EQ(ran.code, 0) << model << "\n" << ran.err;
  }
}

TEST(BadInput, C90_TextForClassesSaysWhatIsWrong) {
  const TempDir dir;
  const auto refused = [&](const std::vector<std::string>& more) {
    const auto ran = in_process(training_of(dir, more));
    EXPECT_NE(ran.code, 0) << ran.out;
    return ran.err;
  };
  EXPECT_TRUE(says(refused({"task.tokenizer=wordz"}), "words"));
  EXPECT_TRUE(says(refused({"task.tokenizer=words(most=-1)"}), "most"));
  testing::words_for_task(dir, "text-classification");
  dir.write("reviews/film.neg", "fine\nbroken \xFF byte\n");
  const auto ran = in_process({"data", dir.file("reviews")});
  EXPECT_NE(ran.code, 0);
  EXPECT_TRUE(says(ran.err, "film.neg, line 2: byte 8 is not UTF-8")) << ran.err;
}

}  // namespace
}  // namespace luge
