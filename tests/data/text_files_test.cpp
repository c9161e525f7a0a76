// Texts in folders and tables.
#include "luge/data/text_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "luge/error.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::TempDir;

std::string placed(const TempDir& dir, const std::string& name, const std::string& text) {
  const std::string path = dir.file(name);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string problem(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::int64_t label_at(const Dataset& texts, std::int64_t index) {
  return texts.record(index)[kTarget].as<std::int64_t>()[0];
}

TEST(TextFolder, AFileIsATextAndItsFolderTheClass) {
  const TempDir dir;
  placed(dir, "r/pos/2.txt", "good\nand long\n\n");
  placed(dir, "r/pos/1.txt", "\xE5\xA5\xBD");
  const std::string bad = placed(dir, "r/neg/7.txt", "  bad ");
  placed(dir, "r/neg/notes.md", "left out");
  placed(dir, "r/neg/.hidden.txt", "left out");
  const Dataset texts = text_folder(dir.file("r"));
  ASSERT_EQ(texts.size(), 3);
  EXPECT_EQ(texts.info().classes, (std::vector<std::string>{"neg", "pos"}));
  EXPECT_EQ(texts.record(0)["text"].text(), "bad");
  EXPECT_EQ(texts.record(1)["text"].text(), "\xE5\xA5\xBD");
  EXPECT_EQ(texts.record(2)["text"].text(), "good\nand long");
  EXPECT_EQ(label_at(texts, 0), 0);
  EXPECT_EQ(label_at(texts, 2), 1);
  EXPECT_EQ(texts.where(0), bad);
}

TEST(TextFolder, IsKnownByFoldersOfTextsAlone) {
  const TempDir dir;
  placed(dir, "r/pos/1.txt", "a");
  EXPECT_NE(why_no_text_folder(dir.file("r")), "");
  placed(dir, "r/neg/1.txt", "b");
  EXPECT_EQ(why_no_text_folder(dir.file("r")), "");
  placed(dir, "r/neg/1.png", "a picture with its annotations");
  EXPECT_NE(why_no_text_folder(dir.file("r")), "");
  EXPECT_NE(why_no_text_folder(dir.file("none")), "");
}

TEST(BadInput, C90_TextFoldersNameFileLineAndByte) {
  const TempDir dir;
  placed(dir, "r/pos/1.txt", "fine");
  const std::string bad = placed(dir, "r/neg/1.txt", "ok\nab\xFF\n");
  const std::string what = bad + ", line 2: byte 6 of the file is not UTF-8; expected UTF-8 text";
  EXPECT_EQ(problem([&] { text_folder(dir.file("r")); }), what);

  std::vector<std::string> told;
  const Dataset rest = text_folder(
      dir.file("r"), {}, [&](const std::string&, const std::string& reason) { told.push_back(reason); });
  EXPECT_EQ(rest.size(), 1);
  EXPECT_EQ(told, std::vector<std::string>{what});

  placed(dir, "r/neg/1.txt", " \n");
  EXPECT_EQ(problem([&] { text_folder(dir.file("r")); }), bad + ": has no text");
  placed(dir, "r/neg/1.txt", "12345");
  EXPECT_EQ(problem([&] { text_folder(dir.file("r"), {.longest = 4}); }),
            bad + ": has 5 bytes; expected a text of at most 4");
  EXPECT_NE(problem([&] { text_folder(dir.file("r"), {.classes = {"pos", "other"}}); }), "");
  EXPECT_NE(problem([&] { text_folder(dir.file("none")); }).find("has no text"), std::string::npos);
  EXPECT_NE(problem([&] { text_folder(dir.file("r"), {.longest = 0}); }), "");
}

TEST(TextTable, ColumnsByNameWithQuotesAndLines) {
  const TempDir dir;
  const std::string path = placed(
      dir, "t.csv", "id,label,text\n1,spam,\"Win, \"\"now\"\"\nor never\"\n2,ham, see you \n3,ham,  \n");
  const Dataset texts = text_table(path);
  ASSERT_EQ(texts.size(), 2);
  EXPECT_EQ(texts.info().classes, (std::vector<std::string>{"ham", "spam"}));
  EXPECT_EQ(texts.record(0)["text"].text(), "Win, \"now\"\nor never");
  EXPECT_EQ(label_at(texts, 0), 1);
  EXPECT_EQ(texts.record(1)["text"].text(), "see you");
  EXPECT_EQ(texts.where(1), path + ", line 4");
}

TEST(TextTable, ColumnsByNumberHaveNoLineOfNames) {
  const TempDir dir;
  const std::string path = placed(dir, "t.tsv", "ham\tsee you\nspam\twin\n");
  const Dataset texts = text_table(path, {.text = "2", .label = "1", .separator = '\t'});
  ASSERT_EQ(texts.size(), 2);
  EXPECT_EQ(texts.record(0)["text"].text(), "see you");
  EXPECT_EQ(label_at(texts, 1), 1);
}

TEST(TextTable, WithoutAColumnOfLabelsTheTextsHaveNone) {
  const TempDir dir;
  const Dataset texts = text_table(placed(dir, "t.csv", "text,id\na,1\n"));
  EXPECT_EQ(texts.size(), 1);
  EXPECT_FALSE(texts.info().fields.find(kTarget).has_value());
}

TEST(BadInput, C90_TextTablesNameFileAndLine) {
  const TempDir dir;
  const auto of = [&](const std::string& table, const TextTableOptions& options = {}) {
    return problem([&] { text_table(placed(dir, "t.csv", table), options); });
  };
  const std::string path = dir.file("t.csv");
  EXPECT_EQ(of("text,label\na,x\nb, \n"), path + ", line 3: has no class in column 'label'");
  EXPECT_EQ(of("text,label\nabc,x\n", {.lines = {.longest = 2}}),
            path + ", line 2: the text is longer than 2 bytes");
  EXPECT_EQ(of("text,label\n ,x\n"), path + ": has no row with a text");
  EXPECT_EQ(of("a,x\n", {.text = "3", .label = "2"}),
            path + ": column 3 does not exist; the table has 2 columns, counted from 1");
  EXPECT_EQ(of("text,label\na,x\n", {.label = "text"}), path + ": column 'text' is text and label");
  EXPECT_NE(of("texts,label\na,x\n").find("texts"), std::string::npos);  // suggests the nearest
  EXPECT_NE(of("text,label\na\n").find(path), std::string::npos);        // a row of other length
  EXPECT_NE(of("text,label\na,x\n", {.lines = {.classes = {"y"}}}), "");
}

}  // namespace
}  // namespace luge::data
