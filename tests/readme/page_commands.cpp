#include "readme/page_commands.h"

#include "support/source_tree.h"

namespace luge::testing {

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : line.substr(0, line.find(" #"))) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string guide_text() {
  std::string text;
  for (const SourceFile& file : source_files({"docs/guide"})) {
    if (!file.path.ends_with(".md") || file.path.ends_with(".zh-CN.md")) continue;
    for (const std::string& line : file.lines) text += line + "\n";
  }
  return text;
}

}  // namespace luge::testing
