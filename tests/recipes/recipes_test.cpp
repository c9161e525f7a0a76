// Runs the programs of docs/guide/own-*.md and of pages with the line <!-- program -->, which the build makes
// from the C++ blocks of these pages, and compares what they print with the text that the pages show.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/expected_text.h"
#include "support/paths.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::SourceFile;
using Lines = std::vector<std::string>;

std::vector<SourceFile> recipes() {
  std::vector<SourceFile> pages = testing::source_files({"docs/guide"});
  std::erase_if(pages, [](const SourceFile& page) {
    const bool marked =
        std::find(page.lines.begin(), page.lines.end(), "<!-- program -->") != page.lines.end();
    return page.path.find("/own-") == std::string::npos && !marked;
  });
  return pages;
}

// The lines of the block of this language; several are joined.
Lines block(const SourceFile& page, const std::string& language) {
  Lines lines;
  bool inside = false;
  for (const std::string& line : page.lines) {
    if (line == "```" + language) {
      inside = true;
    } else if (line.starts_with("```")) {
      inside = false;
    } else if (inside) {
      lines.push_back(line);
    }
  }
  return lines;
}

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string stem(const SourceFile& page) { return std::filesystem::path(page.path).stem().string(); }

class Recipe : public ::testing::TestWithParam<SourceFile> {};

TEST_P(Recipe, PrintsWhatItsPageShows) {
  const Lines shown = block(GetParam(), "text");
  ASSERT_FALSE(shown.empty()) << GetParam().path << " shows no output";
  const testing::TempDir folder;
  const auto program = testing::binary_dir() / "recipes" / stem(GetParam());
  const auto result = testing::run_command({program.string()}, {.folder = folder.path()});
  EXPECT_EQ(result.code, 0) << result.err;
  const Lines printed = lines_of(result.out);
  ASSERT_EQ(printed.size(), shown.size()) << result.out;
  for (std::size_t k = 0; k < shown.size(); ++k)
    EXPECT_EQ(testing::difference(shown[k], printed[k]), "") << printed[k];
}

std::string name_of(const ::testing::TestParamInfo<SourceFile>& info) {
  std::string name = stem(info.param);
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Recipe, ::testing::ValuesIn(recipes()), name_of);

TEST(Recipes, ThereAreFiveAndOneOfAnotherName) {
  const std::vector<SourceFile> pages = recipes();
  EXPECT_GE(pages.size(), 5u);
  EXPECT_TRUE(std::any_of(pages.begin(), pages.end(), [](const SourceFile& page) {
    return page.path.find("/own-") == std::string::npos;
  }));
}

}  // namespace
}  // namespace luge
