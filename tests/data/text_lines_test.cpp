// Texts of one line each, and the step that makes ids of them.
#include "luge/data/text_lines.h"

#include <gtest/gtest.h>

#include <fstream>

#include "luge/data/sources.h"
#include "luge/data/tokens.h"
#include "luge/error.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::TempDir;

std::string written(const TempDir& dir, const std::string& name, const std::string& text) {
  std::ofstream(dir.file(name), std::ios::binary) << text;
  return dir.file(name);
}

std::string told(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(TextLines, GiveTextsAndTheClassesOfTheirFiles) {
  const TempDir dir;
  const Dataset lines = text_lines({{written(dir, "r.pos", "good\r\n\n  \nvery good"), "pos"},
                                    {written(dir, "r.neg", "bad\n"), "neg"}});
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines.info().classes, (std::vector<std::string>{"neg", "pos"}));
  EXPECT_EQ(lines.record(0)["text"].text(), "good");
  EXPECT_EQ(lines.record(1)["text"].text(), "very good");
  EXPECT_EQ(lines.where(1), dir.file("r.pos") + ", line 4");
  EXPECT_EQ(lines.record(1)[kTarget].as<std::int64_t>()[0], 1);
  EXPECT_EQ(lines.record(2)[kTarget].as<std::int64_t>()[0], 0);
}

// A line over the border of what is read at once is the same line.
TEST(TextLines, LongLinesAreWhole) {
  const TempDir dir;
  const std::string text(100000, 'x');
  const Dataset lines = text_lines({{written(dir, "a", text + "\ny\n" + text), "a"}});
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines.record(0)["text"].text(), text);
  EXPECT_EQ(lines.record(2)["text"].text(), text);
}

TEST(BadInput, C90_TextLinesNameFileLineAndByte) {
  const TempDir dir;
  const auto of = [&](const std::string& text, const TextLinesOptions& options = {}) {
    return told([&] { text_lines({{written(dir, "a.txt", text), "a"}}, options); });
  };
  EXPECT_EQ(of("ok\nab\xFF\n"), dir.file("a.txt") + ", line 2: byte 3 is not UTF-8; expected UTF-8 text");
  EXPECT_EQ(of("ok\nabcd\n", {.longest = 3}),
            dir.file("a.txt") + ", line 2: is longer than 3 bytes; expected one text in each line");
  EXPECT_EQ(of("\n \n"), dir.file("a.txt") + ": has no text; expected one text in each line");
  EXPECT_NE(told([&] { text_lines({{dir.file("none"), "a"}}); }), "");
  EXPECT_NE(of("ok", {.classes = {"b"}}), "");
}

TEST(JsonLines, GiveTextsAndClasses) {
  const TempDir dir;
  const Dataset all = json_lines(written(dir, "m.jsonl",
                                         "{\"text\": \"a \\u4f60\", \"label\": \"spam\", \"n\": [1]}\n\n"
                                         "{\"label\": \"ham\", \"text\": \"b\"}\n"));
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all.info().classes, (std::vector<std::string>{"ham", "spam"}));
  EXPECT_EQ(all.record(0)["text"].text(), "a 你");
  EXPECT_EQ(all.record(0)[kTarget].as<std::int64_t>()[0], 1);
  EXPECT_EQ(all.where(1), dir.file("m.jsonl") + ", line 3");
  const Dataset plain = json_lines(written(dir, "p.jsonl", "{\"t\": \"a\"}"), {}, "t");
  EXPECT_EQ(plain.info().fields.size(), 1u);
}

TEST(BadInput, C90_JsonLinesNameTheLine) {
  const TempDir dir;
  const std::string good = "{\"text\":\"a\",\"label\":1}\n";
  const auto of = [&](const std::string& text) {
    return told([&] { json_lines(written(dir, "a.jsonl", good + text)); });
  };
  const std::string where = dir.file("a.jsonl") + ", line 2: ";
  EXPECT_TRUE(of("{\"text\":").starts_with(where + "is not JSON")) << of("{\"text\":");
  EXPECT_TRUE(of("{\"text\":\"a\",\"x\":" + std::string(100000, '[')).starts_with(where + "is not JSON"));
  EXPECT_TRUE(of("[1]").starts_with(where + "is array")) << of("[1]");
  EXPECT_TRUE(of("{\"label\":1}").starts_with(where + "has no text in the member 'text'"));
  EXPECT_TRUE(of("{\"text\":\"a\"}").starts_with(where + "has no class in the member 'label'"));
  EXPECT_TRUE(of("{\"text\":\"a\",\"label\":0.5}").starts_with(where + "has no class"));
  EXPECT_TRUE(of("\xFF").starts_with(where + "byte 1 is not UTF-8"));
  EXPECT_NE(told([&] { json_lines(written(dir, "e.jsonl", "\n")); }), "");
}

// The vocabulary is that of the training part, and the recipe's file has it.
TEST(Tokens, LearnFromTheTrainingPartAlone) {
  const TempDir dir;
  const Dataset train = text_lines({{written(dir, "a", "one two two\n"), "a"}});
  const Dataset other = text_lines({{written(dir, "b", "two three\n"), "b"}});
  const Recipe fitted = Recipe({steps::tokens()}).fit(train);
  const Recipe read = Recipe::from_json(fitted.to_json());
  const Record record = read.evaluation(other).record(0);
  const auto ids = record[kInput].as<std::int64_t>();
  EXPECT_EQ(std::vector<std::int64_t>(ids.begin(), ids.end()), (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(tokenizer_of(read)->pieces(), (std::vector<std::string>{"<unknown>", "two", "one"}));
  EXPECT_EQ(tokenizer_of(Recipe()), nullptr);
  const Record raw = read.prediction({{"text", HostArray::of_text("two")}});
  EXPECT_EQ(raw[kInput].as<std::int64_t>()[0], 1);
  EXPECT_THROW(Recipe({steps::tokens()}).evaluation(other), StateError);
  const Recipe shorter = Recipe({steps::tokens({.longest = 1})}).fit(train);
  EXPECT_EQ(shorter.evaluation(train).record(0)[kInput].field.shape, (Shape{1}));
}

}  // namespace
}  // namespace luge::data
