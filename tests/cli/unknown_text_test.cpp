// Characters that the text of the training does not have, in evaluations and predictions.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "luge/data/sources.h"
#include "luge/data/unknown_text.h"
#include "support/in_process.h"
#include "support/task_files.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using nlohmann::json;
using testing::in_process;
using testing::says;
using testing::TempDir;

TEST(UnknownText, IsCountedByItsCharacters) {
  const auto record = [](const char* text) { return data::Record{{"text", data::HostArray::of_text(text)}}; };
  const data::Recipe recipe = data::Recipe({data::steps::characters()}).fit(data::records({record("abc")}));
  data::UnknownText found;
  data::add_unknown(recipe, record("cab"), found);
  EXPECT_EQ(found.to_string(), "");
  data::add_unknown(recipe, record("aéb\né"), found);
  EXPECT_EQ(found.characters, 8);
  EXPECT_EQ(found.unknown, 3);
  EXPECT_EQ(found.different, (std::vector<std::string>{"é", "\n"}));
  EXPECT_EQ(found.to_string(),
            "3 of 8 characters are not in the vocabulary and are read as <unknown>: 'é', newline");
}

TEST(UnknownText, IsToldByPredictionsAndEvaluations) {
  const TempDir dir;
  std::vector<std::string> words = testing::as_arguments(testing::words_for_task(dir, "next-token"));
  words.insert(words.begin(), "train");
  words.insert(words.end(), {"epochs=1", "run.dir=" + dir.file("run")});
  ASSERT_EQ(in_process(words).code, 0);
  const std::string run = "run=" + dir.file("run");
  const auto predicted =
      in_process({"predict", run, "input=" + dir.write("prompt.txt", "the RaiN"), "--json"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const json one = json::parse(predicted.out).at(0);
  EXPECT_EQ(one.at("unknown"), json({{"count", 2}, {"of", 8}, {"characters", {"R", "N"}}}));
  EXPECT_TRUE(says(one.at("note"), "2 of 8 characters are not in the vocabulary")) << one;
  const auto known = in_process({"predict", run, "input=" + dir.write("prompt.txt", "the rain"), "--json"});
  EXPECT_FALSE(json::parse(known.out).at(0).contains("unknown")) << known.out;
  std::string text;
  for (int i = 0; i < 20; ++i) text += "The rain in spain. ";
  const auto measured = in_process({"eval", run, "data=" + dir.write("other.txt", text), "--json"});
  ASSERT_EQ(measured.code, 0) << measured.err;
  EXPECT_EQ(json::parse(measured.out).at("unknown").at("count"), 20);
  EXPECT_TRUE(says(measured.err, "20 of 380 characters are not in the vocabulary")) << measured.err;
}

}  // namespace
}  // namespace luge
