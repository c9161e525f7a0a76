// What no file of the project may hold.
#include <gtest/gtest.h>

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

void expect_no_line(const std::vector<std::string>& roots, const std::regex& pattern,
                    const std::string& what) {
  const auto files = testing::source_files(roots);
  ASSERT_FALSE(files.empty());
  for (const SourceFile& file : files) {
    if (file.path.ends_with("manners_test.cpp") || file.path.ends_with(".png") ||
        file.path.ends_with(".safetensors")) {
      continue;
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], pattern))
          << file.path << ":" << i + 1 << " holds " << what << ": " << file.lines[i];
    }
  }
}

TEST(Manners, NoPathOfSomebodysMachine) {
  expect_no_line(kEverything, std::regex(R"((^|[^\w./])/(work|root|home|tmp/wt|Users)/)"),
                 "a path of one machine");
}

TEST(Manners, NothingLeftForLater) {
  expect_no_line({"include", "src", "tests", "tools", "examples", "bench"},
                 std::regex(R"(\b(TODO|FIXME|XXX)\b)"), "a note for later");
}

TEST(Manners, TheLibraryNeverPrintsExitsOrAborts) {
  const std::vector<std::string> rooms = {"src/core",    "src/graph",   "src/ops",     "src/autodiff",
                                          "src/compile", "src/runtime", "src/backend", "src/nn",
                                          "src/init",    "src/loss",    "src/metrics", "src/optim",
                                          "src/data",    "src/models",  "src/io"};
  expect_no_line(
      rooms,
      std::regex(R"(std::cout|\bprintf\(|std::(exit|abort|terminate)\(|[^\w.:>]_?exit\(|[^\w.:>]abort\()"),
      "a call that prints or ends the process");
}

}  // namespace
}  // namespace luge
