// The chapters of docs/guide/learn: their commands run and make the pictures that the pages name, and both
// languages show the same.
//
// The comment before the first block of a chapter says what its commands make and need:
//
//     <!-- makes: filtered/filters.png; needs: text.txt; slow -->
//
// text.txt is a text of the reader's own; here it is the guide.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "readme/page_commands.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::SourceFile;

constexpr std::string_view kChinese = ".zh-CN.md";

struct Chapter {
  std::string path;
  std::vector<std::string> commands, pictures, makes;
  std::string needs;
  bool slow = false;
  bool chinese() const { return path.ends_with(kChinese); }
};
void PrintTo(const Chapter& chapter, std::ostream* out) { *out << chapter.path; }

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == text.npos ? "" : text.substr(first, last - first + 1);
}

void read_comment(const std::string& line, Chapter& chapter) {
  std::istringstream parts(line.substr(4, line.find("-->") - 4));
  for (std::string part; std::getline(parts, part, ';');) {
    part = trimmed(part);
    if (part == "slow") chapter.slow = true;
    if (part.starts_with("makes: ")) chapter.makes.push_back(part.substr(7));
    if (part.starts_with("needs: ")) chapter.needs = part.substr(7);
  }
}

Chapter read_chapter(const SourceFile& file) {
  Chapter chapter;
  chapter.path = file.path;
  bool open = false;
  for (const std::string& line : file.lines) {
    if (line.starts_with("<!-- ")) read_comment(line, chapter);
    if (line.starts_with("```")) {
      open = !open;
    } else if (open && line.starts_with("luge ")) {
      chapter.commands.push_back(line);
    } else if (const auto at = line.find("]("); !open && line.starts_with("![") && at != line.npos) {
      chapter.pictures.push_back(line.substr(at + 2, line.find(')', at) - at - 2));
    }
  }
  return chapter;
}

std::vector<Chapter> chapters(bool chinese) {
  std::vector<Chapter> all;
  for (const SourceFile& file : testing::source_files({"docs/guide/learn"})) {
    if (!file.path.ends_with(".md") || file.path.find("README") != file.path.npos) continue;
    const Chapter chapter = read_chapter(file);
    if (chapter.chinese() == chinese) all.push_back(chapter);
  }
  return all;
}

std::vector<Chapter> chapters_that_are(bool slow) {
  std::vector<Chapter> all = chapters(false);
  std::erase_if(all, [&](const Chapter& chapter) { return chapter.slow != slow; });
  return all;
}

void run(const Chapter& chapter) {
  const testing::TempDir folder;
  if (!chapter.needs.empty()) folder.write(chapter.needs, testing::guide_text());
  for (const std::string& line : chapter.commands) {
    std::vector<std::string> words = testing::words_of(line);
    words.erase(words.begin());
    const auto ran = testing::luge(words, folder.path());
    ASSERT_EQ(ran.code, 0) << line << "\n" << ran.out << ran.err;
  }
  for (const std::string& made : chapter.makes) {
    const fs::path path = folder.path() / made;
    ASSERT_TRUE(fs::exists(path)) << made << " was not made by the commands";
    EXPECT_TRUE(testing::read_file(path.string()).starts_with("\x89PNG")) << made;
  }
}

class LearnChapter : public ::testing::TestWithParam<Chapter> {};
TEST_P(LearnChapter, ItsCommandsMakeItsPictures) { run(GetParam()); }

class SlowLearnChapter : public LearnChapter {};
TEST_P(SlowLearnChapter, ItsCommandsMakeItsPictures) { run(GetParam()); }

std::string test_name(const ::testing::TestParamInfo<Chapter>& info) {
  std::string name = fs::path(info.param.path).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Each, LearnChapter, ::testing::ValuesIn(chapters_that_are(false)), test_name);
INSTANTIATE_TEST_SUITE_P(Each, SlowLearnChapter, ::testing::ValuesIn(chapters_that_are(true)), test_name);

TEST(Learn, EachOfTwelveChaptersHasACommandAPictureAndAnExercise) {
  const std::vector<Chapter> english = chapters(false);
  EXPECT_EQ(english.size(), 12u);
  for (const Chapter& chapter : english) {
    EXPECT_FALSE(chapter.commands.empty()) << chapter.path;
    EXPECT_FALSE(chapter.makes.empty()) << chapter.path;
    EXPECT_FALSE(chapter.pictures.empty()) << chapter.path;
    const SourceFile file = testing::source_files({chapter.path}).at(0);
    const auto has = [&](const std::string& heading) {
      return std::count(file.lines.begin(), file.lines.end(), heading) == 1;
    };
    EXPECT_TRUE(has("## Exercise") && has("## Answer")) << chapter.path;
    for (const std::string& picture : chapter.pictures)
      EXPECT_TRUE(fs::exists(testing::source_dir() / "docs/guide/learn" / picture)) << picture;
  }
}

TEST(Learn, BothLanguagesShowTheSame) {
  const std::vector<Chapter> english = chapters(false), chinese = chapters(true);
  ASSERT_EQ(english.size(), chinese.size());
  for (std::size_t k = 0; k < english.size(); ++k) {
    const std::string stem = english[k].path.substr(0, english[k].path.size() - 3);
    EXPECT_EQ(stem + std::string(kChinese), chinese[k].path);
    EXPECT_EQ(english[k].commands, chinese[k].commands) << stem;
    EXPECT_EQ(english[k].pictures, chinese[k].pictures) << stem;
    EXPECT_EQ(english[k].makes, chinese[k].makes) << stem;
  }
}

}  // namespace
}  // namespace luge
