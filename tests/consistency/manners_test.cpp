// What no file of the project may hold.
#include <gtest/gtest.h>

#include <cctype>
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
