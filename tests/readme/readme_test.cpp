// README.md and README.zh-CN.md say the same, and what they show is what the examples do.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/paths.h"
#include "support/source_tree.h"

namespace luge {
namespace {

using testing::SourceFile;

SourceFile page(const std::string& path) { return testing::source_files({path}).at(0); }

std::string without_indent(const std::string& line) {
  const auto first = line.find_first_not_of(' ');
  return first == std::string::npos ? "" : line.substr(first);
}

// The C++ blocks of a page, without indentation and empty lines.
std::vector<std::vector<std::string>> code_blocks(const SourceFile& file) {
  std::vector<std::vector<std::string>> blocks;
  bool inside = false;
  for (const std::string& line : file.lines) {
    if (line == "```cpp") {
      inside = true;
      blocks.emplace_back();
    } else if (line.starts_with("```")) {
      inside = false;
    } else if (inside && !without_indent(line).empty()) {
      blocks.back().push_back(without_indent(line));
    }
  }
  return blocks;
}

// True when the lines stand in the file one after another; a line "..." of the block skips any number of
// lines.
bool shows(const SourceFile& file, const std::vector<std::string>& block) {
  auto at = file.lines.begin();
  for (const std::string& line : block) {
    if (line == "...") continue;
    at = std::find_if(at, file.lines.end(),
                      [&](const std::string& other) { return without_indent(other) == line; });
    if (at == file.lines.end()) return false;
    ++at;
  }
  return true;
}

TEST(Readme, EveryCodeBlockIsPartOfAnExample) {
  const auto examples = testing::source_files({"examples"});
  const auto blocks = code_blocks(page("README.md"));
  ASSERT_GE(blocks.size(), 4u);
  for (const auto& block : blocks) {
    const bool shown =
        std::ranges::any_of(examples, [&](const SourceFile& file) { return shows(file, block); });
    EXPECT_TRUE(shown) << "no example holds the block that begins with: " << block.at(0);
  }
}

TEST(Readme, BothLanguagesShowTheSameCode) {
  EXPECT_EQ(code_blocks(page("README.md")), code_blocks(page("README.zh-CN.md")));
}

TEST(Readme, BothLanguagesHoldTheSameTable) {
  const auto english =
      testing::markdown_table(page("README.md"), "## Coming from Keras, PyTorch or TensorFlow 1");
  const auto chinese =
      testing::markdown_table(page("README.zh-CN.md"), "## 从 Keras、PyTorch 或 TensorFlow 1 迁移过来");
  ASSERT_FALSE(english.empty());
  EXPECT_EQ(english, chinese);
}

// docs/README.md is the index: it links every page, or the index of the page's own folder, and every link
// leads somewhere.
TEST(Docs, EveryPageStandsInTheIndex) {
  const std::filesystem::path docs = testing::source_dir() / "docs";
  std::string index;
  for (const std::string& line : page("docs/README.md").lines) index += line + "\n";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(docs)) {
    const std::string path = std::filesystem::relative(entry.path(), docs).string();
    if (entry.path().extension() != ".md" || path == "README.md") continue;
    bool named = index.find("](" + path + ")") != std::string::npos;
    for (const char* own : {"README.md", "README.zh-CN.md"}) {
      const std::filesystem::path inner = entry.path().parent_path() / own;
      const std::string from_here = std::filesystem::relative(inner, docs).string();
      if (named || !std::filesystem::exists(inner) || index.find("](" + from_here + ")") == std::string::npos)
        continue;
      for (const std::string& line : page("docs/" + from_here).lines)
        named |= line.find("](" + entry.path().filename().string() + ")") != std::string::npos;
    }
    EXPECT_TRUE(named) << "docs/README.md does not name " << path;
  }
  for (std::size_t at = index.find("]("); at != std::string::npos; at = index.find("](", at + 1)) {
    const std::string path = index.substr(at + 2, index.find(')', at) - at - 2);
    EXPECT_TRUE(std::filesystem::exists(docs / path)) << path;
  }
}

}  // namespace
}  // namespace luge
