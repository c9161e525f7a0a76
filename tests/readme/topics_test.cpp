// docs/guide/topics.md: both languages have the same rows, no cell is empty, and every command of it runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "readme/page_commands.h"
#include "support/command.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::SourceFile;
using Rows = std::vector<std::vector<std::string>>;

SourceFile page(const std::string& path) { return testing::source_files({path}).at(0); }

// The rows of all tables of a page, without the titles.
Rows rows_of(const SourceFile& file) {
  Rows all;
  for (const std::string& line : file.lines) {
    if (!line.starts_with("## ")) continue;
    const Rows rows = testing::markdown_table(file, line);
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

// The texts between backticks that are commands.
std::vector<std::string> commands_in(const std::string& cell) {
  std::vector<std::string> found;
  std::istringstream parts(cell);
  bool code = false;
  for (std::string part; std::getline(parts, part, '`'); code = !code) {
    if (code && part.starts_with("luge ")) found.push_back(part);
  }
  return found;
}

constexpr std::size_t kCommand = 3, kColumns = 5;

TEST(Topics, NoCellIsEmptyAndBothLanguagesHaveTheSameRows) {
  const Rows english = rows_of(page("docs/guide/topics.md")),
             chinese = rows_of(page("docs/guide/topics.zh-CN.md"));
  ASSERT_EQ(english.size(), chinese.size());
  std::size_t topics = 0;
  for (std::size_t k = 0; k < english.size(); ++k) {
    ASSERT_EQ(english[k].size(), chinese[k].size()) << english[k].at(0);
    for (const auto& cell : english[k]) EXPECT_FALSE(cell.empty()) << english[k].at(0);
    for (const auto& cell : chinese[k]) EXPECT_FALSE(cell.empty()) << chinese[k].at(0);
    if (english[k].size() != kColumns) continue;
    ++topics;
    EXPECT_EQ(english[k][2], chinese[k][2]);
    EXPECT_EQ(english[k][kCommand], chinese[k][kCommand]);
  }
  EXPECT_GE(topics, 50u);
}

// Trainings make one step.
TEST(Topics, EveryCommandRuns) {
  const testing::TempDir folder;
  folder.write("text.txt", testing::guide_text());
  ASSERT_EQ(testing::luge({"data", "fashion-mnist", "to=picture.png", "count=1"}, folder.path()).code, 0);
  std::size_t ran = 0;
  for (const auto& row : rows_of(page("docs/guide/topics.md"))) {
    if (row.size() != kColumns) continue;
    for (const std::string& command : commands_in(row[kCommand])) {
      std::vector<std::string> words = testing::words_of(command);
      words.erase(words.begin());
      if (words.at(0) == "train") {
        std::erase_if(words, [](const std::string& word) { return word.starts_with("epochs="); });
        words.insert(words.end(), {"epochs=1", "limit_train_batches=1"});
      }
      const auto result = testing::luge(words, folder.path());
      EXPECT_EQ(result.code, 0) << command << "\n" << result.err;
      ++ran;
    }
  }
  EXPECT_GE(ran, 30u);
}

}  // namespace
}  // namespace luge
