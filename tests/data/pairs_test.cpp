// Pairs of texts: files, parts and ids.
#include "luge/data/pairs.h"

#include <gtest/gtest.h>

#include <set>

#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::expect_error;

class Pairs : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) { return folder_.write(name, content); }
  testing::TempDir folder_;
};
std::string text(const Dataset& pairs, std::int64_t i, const char* field) {
  return std::string(pairs.record(i)[field].text());
}

TEST_F(Pairs, LinesOfCellsBecomePairsWithAllTranslations) {
  std::string told;
  const Dataset pairs = text_pairs(write("a.txt", "Hi.\t嗨。\tx\nHi.\t你好。\ty\nOdd 怪\tz\nRun.\t跑。\tz\r\n"),
                                   {.tell = [&](const std::string& what) { told = what; }});
  ASSERT_EQ(pairs.size(), 3);
  EXPECT_EQ(text(pairs, 1, kTranslation), "你好。");
  EXPECT_EQ(text(pairs, 0, kReferences), "嗨。\n你好。");
  EXPECT_EQ(text(pairs, 2, kTranslation), "跑。");
  EXPECT_NE(told.find("line 3"), std::string::npos) << told;
  EXPECT_NE(pairs.where(2).find("a.txt, line 4"), std::string::npos);
  EXPECT_EQ(text(text_pairs(write("a.txt", "a b\tc\n"), {.reverse = true}), 0, kPairText), "c");
}

TEST_F(Pairs, ObjectsAndTwoFilesArePairsToo) {
  const Dataset objects = text_pairs(write("a.jsonl", R"({"translation": {"en": "Hi", "zh": "嗨"}}
{"text": "Run", "translation": "跑"}
{"target": "好", "source": "Good"}
)"));
  ASSERT_EQ(objects.size(), 3);
  EXPECT_EQ(text(objects, 0, kTranslation), "嗨");
  EXPECT_EQ(text(objects, 2, kPairText), "Good");
  const Dataset two = parallel_texts(write("t.en", "Hi\nRun\n"), write("t.zh", "嗨\n跑\n"));
  EXPECT_EQ(text(two, 1, kTranslation), "跑");
}

TEST_F(Pairs, PartsKeepEqualTextsTogether) {
  std::string lines;
  for (int k = 0; k < 200; ++k) lines += "text " + std::to_string(k / 3) + "\tto " + std::to_string(k) + "\n";
  const Dataset all = text_pairs(write("a.tsv", lines));
  const auto [train, test] = split_by_text(all, 0.8, 5);
  EXPECT_EQ(train.size() + test.size(), 200);
  std::set<std::string> seen;
  for (std::int64_t i = 0; i < train.size(); ++i) seen.insert(text(train, i, kPairText));
  EXPECT_EQ(seen.size(), 54u);  // 0.8 of 67
  for (std::int64_t i = 0; i < test.size(); ++i) EXPECT_FALSE(seen.contains(text(test, i, kPairText)));
  EXPECT_EQ(different_texts(all).size(), 67);
  // Not the end of the file, whose lines may be sorted.
  EXPECT_TRUE(text(test, 0, kPairText) != "text 54");
  EXPECT_NE(text(split_by_text(all, 0.8, 6).second, 0, kReferences), text(test, 0, kReferences));
}

TEST_F(Pairs, TokensAreTheTextAgain) {
  const std::string all = " It's  1,000 naïve dogs — 我爱 you!\n";
  for (const TextUnits units : {TextUnits::words, TextUnits::characters}) {
    std::string joined;
    for (const std::string& each : text_tokens(all, units)) joined += each;
    EXPECT_EQ(joined, all);
  }
  EXPECT_EQ(text_tokens("How are you?", TextUnits::words),
            (std::vector<std::string>{"How", " are", " you", "?"}));
}

TEST_F(Pairs, IdsHaveAnEndAndWhatComesBefore) {
  const Dataset pairs = text_pairs(write("a.tsv", "a b a\tx y\nb a\ty y\n"));
  const Recipe recipe = Recipe({steps::text_ids({.units = TextUnits::characters}),
                                steps::text_ids({.from = kTranslation, .to = "target"}),
                                steps::previous_ids()})
                            .fit(pairs);
  const Record first = recipe.training(pairs).record(0);
  // Characters a (3 times), space (3), b (2): of equal counts the smaller byte first.
  const auto input = first["input"].as<std::int64_t>();
  EXPECT_EQ(std::vector(input.begin(), input.end()), (std::vector<std::int64_t>{4, 3, 5, 3, 4, 2}));
  const auto target = first["target"].as<std::int64_t>(), previous = first["previous"].as<std::int64_t>();
  ASSERT_EQ(target.size(), 3u);
  EXPECT_EQ(target[2], steps::kEndToken);
  EXPECT_EQ(previous[0], steps::kBeginToken);
  EXPECT_EQ(previous[2], target[1]);
  const Recipe again = Recipe::from_json(recipe.to_json());
  const Record raw = again.prediction({{kPairText, HostArray::of_text("a?")}});
  EXPECT_EQ(raw["input"].as<std::int64_t>()[1], steps::kUnknownToken);
  // What looks like a special token is text.
  EXPECT_EQ(again.prediction({{kPairText, HostArray::of_text("<end>")}})["input"].as<std::int64_t>().size(), 6u);
}

TEST(BadInput, C79_PairsNameFileLineAndByte) {
  const testing::TempDir folder;
  const auto write = [&](const char* name, const std::string& content) { return folder.write(name, content); };
  expect_error<FormatError>([&] { text_pairs(write("a.tsv", "a\tb\nc\td\xff\n")); }, {"a.tsv", "line 2", "byte 4", "UTF-8"});
  expect_error<FormatError>([&] { text_pairs(write("a.tsv", "a\tb\nc\t \n")); }, {"a.tsv", "line 2", "translation is empty"});
  expect_error<FormatError>([&] { text_pairs(write("a.tsv", "\tb\n")); }, {"line 1", "text is empty"});
  expect_error<FormatError>([&] { text_pairs(write("a.tsv", "nothing\n")); }, {"a.tsv", "tabulator"});
  expect_error<FormatError>([&] { text_pairs(write("a.tsv", "")); }, {"a.tsv"});
  expect_error<FormatError>([&] { text_pairs(write("a.jsonl", "{\"text\": 1}\n")); }, {"a.jsonl", "line 1", "pair"});
  std::string long_line(1 << 21, 'a');
  long_line += "\tb\n";
  expect_error<FormatError>([&] { text_pairs(write("a.tsv", long_line)); },
                            {"line 1", "2097154 bytes"});
  expect_error<FormatError>([&] { parallel_texts(write("t.en", "a\nb\n"), write("t.zh", "c\n")); },
                            {"t.en", "2 lines", "t.zh", "1"});
}

}  // namespace
}  // namespace luge::data
