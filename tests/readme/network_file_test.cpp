// "Change a network without a compiler" in README.md: its commands run, and its change is taken.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "support/command.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::luge;
using testing::read_file;
using testing::TempDir;

// The lines of the blocks of a section that begin with ``` and this language.
std::vector<std::string> block(const std::string& page, const std::string& heading,
                               const std::string& language) {
  std::vector<std::string> lines;
  const testing::SourceFile file = testing::source_files({page}).at(0);
  bool in_section = false, open = false, wanted = false;
  for (const std::string& line : file.lines) {
    if (line.starts_with("## ")) in_section = line == heading;
    if (!in_section) continue;
    if (line.starts_with("```")) {
      open = !open;
      wanted = open && line == "```" + language;
    } else if (wanted) {
      lines.push_back(line);
    }
  }
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line.substr(0, line.find('#')));
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

// The list of tables, each with its lines; comments are left out.
std::vector<std::string> tables(const std::string& text) {
  std::vector<std::string> all(1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find('#'));
    line.erase(line.find_last_not_of(' ') + 1);
    if (line.starts_with("[")) all.emplace_back();
    if (!line.empty()) all.back() += line + "\n";
  }
  return all;
}

TEST(ReadmeNetworkFile, ItsCommandsRunAndItsChangeIsTaken) {
  const std::string heading = "## Change a network without a compiler";
  const std::vector<std::string> commands = block("README.md", heading, "");
  std::string change;
  for (const std::string& line : block("README.md", heading, "toml")) change += line + "\n";
  ASSERT_GE(commands.size(), 4u);
  ASSERT_FALSE(change.empty());
  const TempDir dir;
  for (const std::string& line : commands) {
    std::vector<std::string> words = words_of(line);
    ASSERT_EQ(words.at(0), "$luge") << line;
    words.erase(words.begin());
    if (words.at(0) == "train") {
      if (testing::says(line, ".toml")) {
        std::string text;
        const std::vector<std::string> before = tables(read_file(dir.file("net.toml")));
        for (std::size_t k = 0; k < before.size(); ++k) {
          const bool widened = testing::says(before[k], "outputs = 120\n");
          if (widened) ++k;  // its activation, which the page shows, too
          text += widened ? change : before[k];
        }
        dir.write("net.toml", text);
      }
      words.emplace_back("limit_train_batches=2");
      words.emplace_back("validation_split=0.001");
    }
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, 0) << line << "\n" << ran.err;
  }
  const auto json = nlohmann::json::parse(luge({"summary", "model=net.toml", "--json"}, dir.path()).out);
  EXPECT_EQ(json.at("parameters").at("total"), 61706 + 80 * 401 + 80 * 84) << "200 units in place of 120";
  EXPECT_TRUE(testing::says(read_file(dir.file("net.toml")), "rate = 0.3"));
}

TEST(ReadmeNetworkFile, BothLanguagesShowTheSame) {
  const std::string english = "## Change a network without a compiler", chinese = "## 不用编译器修改网络";
  for (const char* language : {"", "toml"}) {
    const auto one = block("README.md", english, language),
               other = block("README.zh-CN.md", chinese, language);
    ASSERT_FALSE(one.empty());
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t k = 0; k < one.size(); ++k) EXPECT_EQ(words_of(one[k]), words_of(other[k]));
  }
}

}  // namespace
}  // namespace luge
