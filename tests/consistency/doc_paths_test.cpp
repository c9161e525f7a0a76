// What the pages name exists: links, paths that begin with a folder of the project, and source files in
// backticks. CHANGELOG.md is left out, because it tells what was.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/source_tree.h"

namespace luge {
namespace {

using testing::SourceFile;

const std::vector<std::string> kFolders = {"include", "src",      "tests", "tools", "bench",
                                           "docs",    "examples", "cmake", ".ci"};
const std::vector<std::string> kPages = {"docs", "README.md", "README.zh-CN.md", "CONTRIBUTING.md"};

std::vector<SourceFile> pages() {
  std::vector<SourceFile> found = testing::source_files(kPages);
  std::erase_if(found, [](const SourceFile& file) { return !file.path.ends_with(".md"); });
  return found;
}

// Files and folders, as "src/core/shape.cpp" and "src/core".
std::set<std::string> project_paths() {
  std::vector<std::string> roots = kFolders;
  for (const char* file : {"README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
                           "CMakeLists.txt", "CMakePresets.json"})
    roots.push_back(file);
  std::set<std::string> paths;
  for (const SourceFile& file : testing::source_files(roots)) {
    for (std::filesystem::path path = file.path; !path.empty(); path = path.parent_path())
      paths.insert(path.generic_string());
  }
  return paths;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("_-./*<>").find(c) != std::string::npos) {
      found.back() += c;
    } else if (!found.back().empty()) {
      found.emplace_back();
    }
  }
  for (std::string& word : found) {
    if (word.starts_with("./")) word.erase(0, 2);
    while (!word.empty() && std::string_view("./-").find(word.back()) != std::string::npos) word.pop_back();
  }
  return found;
}

bool begins_with_a_folder(const std::string& word) {
  return std::ranges::any_of(kFolders, [&](const auto& folder) { return word.starts_with(folder + "/"); });
}

bool is_a_source_file(const std::string& word) {
  return std::ranges::any_of(
      std::vector{".h", ".cpp", ".py", ".cmake", ".inl"},
      [&](std::string_view ending) { return word.size() > ending.size() && word.ends_with(ending); });
}

// `*`, `**/` and `<name>` stand for anything; four digits for the decision that begins with them.
std::regex pattern_of(const std::string& word) {
  std::string pattern;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word.compare(i, 3, "**/") == 0) {
      pattern += "(.*/)?";
      i += 2;
    } else if (word[i] == '*') {
      pattern += "[^/]*";
    } else if (word[i] == '<') {
      pattern += "[^/]+";
      i = std::min(word.find('>', i), word.size() - 1);
    } else {
      if (word[i] == '.') pattern += '\\';
      pattern += word[i];
    }
  }
  if (std::regex_search(word, std::regex("/[0-9]{4}$"))) pattern += "-.*";
  return std::regex(pattern);
}

// True when the word is a path, or, if `anywhere`, the end of one.
bool exists(const std::set<std::string>& paths, const std::string& word, bool anywhere) {
  if (paths.contains(word)) return true;
  const std::regex pattern = pattern_of(word);
  return std::ranges::any_of(paths, [&](const std::string& path) {
    if (!anywhere) return std::regex_match(path, pattern);
    for (std::size_t at = 0; at != std::string::npos; at = path.find('/', at)) {
      if (at > 0) ++at;
      if (std::regex_match(path.begin() + static_cast<std::ptrdiff_t>(at), path.end(), pattern)) return true;
    }
    return false;
  });
}

std::vector<std::string> in_backticks(const std::string& line) {
  std::vector<std::string> spans;
  for (std::size_t open = line.find('`'); open != std::string::npos;) {
    const std::size_t close = line.find('`', open + 1);
    if (close == std::string::npos) break;
    spans.push_back(line.substr(open + 1, close - open - 1));
    open = line.find('`', close + 1);
  }
  return spans;
}

TEST(DocPaths, PathsOfTheProjectExist) {
  const auto paths = project_paths();
  int checked = 0;
  for (const SourceFile& page : pages()) {
    bool code = false;
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
      if (page.lines[i].starts_with("```")) code = !code;
      for (const std::string& word : words(page.lines[i])) {
        if (!begins_with_a_folder(word)) continue;
        // A command may be given the common beginning of the files that it writes.
        EXPECT_TRUE(exists(paths, word, false) || (code && exists(paths, word + ".*", false)))
            << page.path << ":" << i + 1 << " names " << word << ", which does not exist";
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 80);
}

TEST(DocPaths, SourceFilesInBackticksExist) {
  const auto paths = project_paths();
  int checked = 0;
  for (const SourceFile& page : pages()) {
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
      for (const std::string& span : in_backticks(page.lines[i])) {
        for (const std::string& word : words(span)) {
          if (begins_with_a_folder(word) || !is_a_source_file(word)) continue;
          EXPECT_TRUE(exists(paths, word, true))
              << page.path << ":" << i + 1 << " names " << word << ", which does not exist";
          ++checked;
        }
      }
    }
  }
  EXPECT_GT(checked, 5);
}

TEST(DocPaths, LinksLeadToFiles) {
  const auto paths = project_paths();
  int checked = 0;
  for (const SourceFile& page : pages()) {
    const std::filesystem::path folder = std::filesystem::path(page.path).parent_path();
    bool code = false;
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
      const std::string& line = page.lines[i];
      if (line.starts_with("```")) code = !code;
      for (std::size_t at = line.find("]("); !code && at != std::string::npos; at = line.find("](", at + 1)) {
        const std::string link = line.substr(at + 2, line.find(')', at) - at - 2);
        const std::string target = link.substr(0, link.find('#'));
        if (target.empty() || target.find("://") != std::string::npos) continue;
        if (target.find(' ') != std::string::npos) continue;  // a lambda
        EXPECT_TRUE(paths.contains((folder / target).lexically_normal().generic_string()))
            << page.path << ":" << i + 1 << " links to " << link << ", which does not exist";
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 30);
}

TEST(DocPaths, TheCheckNoticesWhatIsMissing) {
  const std::set<std::string> paths = {"src", "src/ops", "src/ops/add.cpp", "docs/decisions/0004-tiles.md"};
  for (const char* word : {"src/ops/add.cpp", "src/ops", "src/<room>/<name>.cpp", "src/**/*.cpp",
                           "src/ops/a*", "docs/decisions/0004"})
    EXPECT_TRUE(exists(paths, word, false)) << word;
  for (const char* word : {"src/ops/sub.cpp", "src/op", "src/<op>.cpp", "src/*.cpp", "ops/add.cpp",
                           "docs/decisions/0005", "src/ops/addXcpp"})
    EXPECT_FALSE(exists(paths, word, false)) << word;
  EXPECT_TRUE(exists(paths, "add.cpp", true));
  EXPECT_TRUE(exists(paths, "ops/add.cpp", true));
  EXPECT_FALSE(exists(paths, "dd.cpp", true));
  EXPECT_EQ(words("`./tools/test` (src/ops/, docs/a.md)."),
            (std::vector<std::string>{"tools/test", "src/ops", "docs/a.md", ""}));
}

}  // namespace
}  // namespace luge
