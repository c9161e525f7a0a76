// Texts with classes from files of one line each: data, train, eval, predict.
#include <gtest/gtest.h>

#include <filesystem>
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

TEST(TextClassification, TextsMayBeInFoldersAndTables) {
  const TempDir dir;
  std::string named = "text,label\n", numbered;
  for (int k = 0; k < 12; ++k) {
    const std::string number = std::to_string(k), text = k % 2 == 0 ? "good film " : "bad film ",
                      label = k % 2 == 0 ? "pos" : "neg";
    const std::string part = k < 8 ? "train" : "test";
    std::filesystem::create_directories(dir.file("texts/" + part + "/" + label));
    dir.write("texts/" + part + "/" + label + "/" + number + ".txt", text + number);
    named += "\"" + text + number + "\"," + label + "\n";
    numbered += label + "\t" + text + number + "\n";
  }
  dir.write("named.csv", named);
  dir.write("numbered.tsv", numbered);
  const auto learned = [&](std::vector<std::string> data) {
    data.insert(data.begin(),
                {"train", "model=text-cnn", "model.embedding=8", "model.vocabulary=50", "epochs=1", "batch=4",
                 "run.dir=" + dir.file("run"), "run.exist_ok=true", "--json"});
    const auto ran = in_process(data);
    EXPECT_EQ(ran.code, 0) << data.back() << "\n" << ran.err;
  };
  learned({"data=" + dir.file("named.csv")});
  learned({"data=" + dir.file("numbered.tsv"), "data.reader=text-table", "data.text=2", "data.label=1"});
  learned({"data=" + dir.file("texts")});
  const auto judged = in_process({"eval", "run=" + dir.file("run"), "data=" + dir.file("texts"), "--json"});
  EXPECT_EQ(judged.code, 0) << judged.err;
  EXPECT_EQ(json::parse(judged.out).at("samples"), 4) << judged.out;  // of the folder test
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
  const std::string table = dir.write("table.csv", "review,stars\ngood one,5\nbad,1\nso so,3\n");
  const auto unfit = in_process({"train", "model=text-cnn", "data=" + table, "run.dir=" + dir.file("unfit")});
  EXPECT_NE(unfit.code, 0);
  EXPECT_TRUE(says(unfit.err, "reads ids")) << unfit.err;
  EXPECT_TRUE(says(unfit.err, "data.reader=text-table")) << unfit.err;
  testing::words_for_task(dir, "text-classification");
  dir.write("reviews/film.neg", "fine\nbroken \xFF byte\n");
  const auto ran = in_process({"data", dir.file("reviews")});
  EXPECT_NE(ran.code, 0);
  EXPECT_TRUE(says(ran.err, "film.neg, line 2: byte 8 is not UTF-8")) << ran.err;
}

}  // namespace
}  // namespace luge
