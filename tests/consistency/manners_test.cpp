// What no file of the project may hold.
#include <gtest/gtest.h>

#include <cctype>
#include <regex>
#include <string>
#include <vector>

#include "support/source_tree.h"

namespace luge {
namespace {

using testing::SourceFile;

const std::vector<std::string> kEverything = {"include",
                                              "src",
                                              "tests",
                                              "tools",
                                              "examples",
                                              "bench",
                                              "docs",
                                              "cmake",
                                              "CMakeLists.txt",
                                              "CMakePresets.json",
                                              ".ci",
                                              ".clang-format",
                                              ".clang-tidy",
                                              "README.md",
                                              "README.zh-CN.md",
                                              "CONTRIBUTING.md",
                                              "CHANGELOG.md"};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// True when `phrase` stands in `line` and no character of a word, nor one of `not_before`, stands right
// before it.
bool holds(const std::string& line, const std::string& phrase, const std::string& not_before = "") {
  for (auto at = line.find(phrase); at != std::string::npos; at = line.find(phrase, at + 1)) {
    const char before = at ? line[at - 1] : ' ';
    if (!is_word(before) && not_before.find(before) == std::string::npos) return true;
  }
  return false;
}

void expect_no_line(const std::vector<std::string>& roots, const std::vector<std::string>& phrases,
                    const std::string& not_before) {
  const auto files = testing::source_files(roots);
  ASSERT_FALSE(files.empty());
  for (const SourceFile& file : files) {
    if (file.path.ends_with("manners_test.cpp") || file.path.ends_with(".safetensors")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const std::string& phrase : phrases) {
        EXPECT_FALSE(holds(file.lines[i], phrase, not_before))
            << file.path << ":" << i + 1 << " holds " << phrase << " in: " << file.lines[i];
      }
    }
  }
}

// The code of a file line by line, without comments and with the content of literals taken out.
std::vector<std::string> code_of(const SourceFile& file) {
  enum class In { code, comment, text, raw } state = In::code;
  std::string raw_end;
  std::vector<std::string> lines;
  for (const std::string& line : file.lines) {
    std::string code;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (state == In::comment) {
        if (line.compare(i, 2, "*/") == 0) state = In::code, ++i;
      } else if (state == In::raw) {
        if (line.compare(i, raw_end.size(), raw_end) == 0) {
          state = In::code, i += raw_end.size() - 1;
          code += '"';
        }
      } else if (line.compare(i, 2, "//") == 0) {
        break;
      } else if (line.compare(i, 2, "/*") == 0) {
        state = In::comment, ++i;
      } else if (line.compare(i, 2, "R\"") == 0 && (i == 0 || !is_word(line[i - 1]))) {
        const std::size_t open = line.find('(', i);
        raw_end = ")" + line.substr(i + 2, open - i - 2) + "\"";
        state = In::raw, i = open;
      } else if (line[i] == '"' || (line[i] == '\'' && (i == 0 || !is_word(line[i - 1])))) {
        const char quote = line[i];
        while (++i < line.size() && line[i] != quote) i += line[i] == '\\';
        code += '"';
      } else {
        code += line[i];
      }
    }
    lines.push_back(code);
  }
  return lines;
}

// A formatter that does not understand a construct leaves a lone semicolon behind, or takes the end of a
// function for the end of a namespace.
std::vector<std::string> wreckage_in(const SourceFile& file) {
  std::vector<std::string> found;
  std::vector<std::string> opened;  // the code before each brace that is open
  std::string head;                 // the code since the last brace or semicolon
  const std::vector<std::string> lines = code_of(file);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto report = [&](const char* what) {
      found.push_back(file.path + ":" + std::to_string(i + 1) + ": " + what);
    };
    const std::string& line = lines[i];
    if (!line.empty() && line[0] == '#') continue;
    const std::size_t first = line.find_first_not_of(' ');
    if (first != std::string::npos && line.substr(first) == ";") report("a lone semicolon");
    for (const char c : line) {
      if (c == '{') {
        opened.push_back(head);
        head.clear();
      } else if (c == '}') {
        const std::string opener = opened.empty() ? "" : opened.back();
        if (!opened.empty()) opened.pop_back();
        const bool says = file.lines[i].find("}  // namespace") == 0;
        const std::size_t begin = opener.find_first_not_of(' ');
        const bool is = begin != std::string::npos && opener.find("namespace", begin) != std::string::npos;
        if (says && !is) report("a namespace comment at the end of something else");
        head.clear();
      } else if (c == ';') {
        head.clear();
      } else {
        head += c;
      }
    }
    head += ' ';
  }
  return found;
}

TEST(Manners, NoFormatterWreckage) {
  std::size_t files = 0;
  for (const SourceFile& file : testing::source_files({"include", "src", "tests", "examples", "bench"})) {
    if (!file.path.ends_with(".h") && !file.path.ends_with(".cpp") && !file.path.ends_with(".inl")) continue;
    ++files;
    for (const std::string& wreck : wreckage_in(file)) ADD_FAILURE() << wreck;
  }
  EXPECT_GT(files, 500u);
}

TEST(Manners, FormatterWreckageIsFound) {
  const SourceFile wrecked{
      "wrecked.h",
      {"namespace luge {", "class A {", "  bool b() {", "    return R\"({;)\"[0] == '{';", "  }", "};",
       "if constexpr (x) return 1;", "return '}';", "}  // namespace luge", "int c() {", "  return 2;",
       "}  // namespace luge", ";"}};
  EXPECT_EQ(wreckage_in(wrecked),
            (std::vector<std::string>{"wrecked.h:12: a namespace comment at the end of something else",
                                      "wrecked.h:13: a lone semicolon"}));
}

// True for `for (auto& x : make().at(...))`: the object that make() gives is gone before the first round,
// since C++20 keeps only the last value of the range expression alive.
bool loops_over_part_of_temporary(const std::string& code) {
  static const std::regex part(R"([^:]:[^:][^;]*\w\(.*\)\.(at|value|front|back)\()");
  const std::size_t start = code.find("for (");
  if (start == std::string::npos) return false;
  std::size_t end = start + 4;
  for (int open = 0; end < code.size(); ++end) {
    open += (code[end] == '(') - (code[end] == ')');
    if (open == 0) break;
  }
  return std::regex_search(code.substr(start, end - start), part);
}

TEST(Manners, NoLoopOverAPartOfATemporary) {
  EXPECT_TRUE(loops_over_part_of_temporary("  for (const json& file : json::parse(text).at(name)) {"));
  EXPECT_FALSE(loops_over_part_of_temporary("  for (const json& file : whole.at(name)) {"));
  for (const SourceFile& file : testing::source_files({"include", "src", "tests", "examples", "bench"})) {
    if (!file.path.ends_with(".h") && !file.path.ends_with(".cpp")) continue;
    const std::vector<std::string> lines = code_of(file);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_FALSE(loops_over_part_of_temporary(lines[i])) << file.path << ":" << i + 1;
    }
  }
}

TEST(Manners, NoPathOfSomebodysMachine) {
  expect_no_line(kEverything, {"/work/", "/root/", "/home/", "/tmp/wt/", "/Users/"}, "./$})");
}

TEST(Manners, NothingLeftForLater) {
  expect_no_line({"include", "src", "tests", "tools", "examples", "bench"}, {"TODO", "FIXME"}, "");
}

TEST(Manners, TheLibraryNeverPrintsExitsOrAborts) {
  std::vector<std::string> rooms;
  for (const char* room : {"core", "graph", "ops", "autodiff", "compile", "runtime", "backend", "nn", "init",
                           "loss", "metrics", "optim", "data", "models", "io"}) {
    rooms.push_back(std::string("src/") + room);
  }
  expect_no_line(rooms, {"std::cout", "std::cerr", "printf(", "puts("}, "");
  expect_no_line(rooms, {"std::exit(", "std::abort(", "std::terminate(", "std::quick_exit("}, "");
  expect_no_line(rooms, {"exit(", "_exit(", "abort("}, ".>:");
}

}  // namespace
}  // namespace luge
