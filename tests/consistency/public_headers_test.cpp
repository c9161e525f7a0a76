// Public headers hold declarations for users: the standard library, each other, and nothing internal. That
// each compiles alone, with include/ as the only folder of the project, is checked while the tests are built
// (tests/CMakeLists.txt).
#include <gtest/gtest.h>

#include <string>

#include "support/source_tree.h"

namespace luge {
namespace {

using testing::Include;
using testing::SourceFile;

TEST(PublicHeaders, IncludeOnlyTheStandardLibraryAndEachOther) {
  const auto files = testing::source_files({"include"});
  ASSERT_FALSE(files.empty());
  for (const SourceFile& file : files) {
    for (const Include& include : includes_of(file)) {
      const bool public_header = include.target.starts_with("luge/");
      const bool standard = include.target.find_first_of("./") == std::string::npos;
      EXPECT_TRUE(public_header || (standard && !include.quoted))
          << file.path << ":" << include.line << " includes " << include.target;
    }
  }
}

TEST(PublicHeaders, AreGuardedAndSayWhatTheyHold) {
  for (const SourceFile& file : testing::source_files({"include"})) {
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(file.lines[0].starts_with("// ")) << file.path << " does not begin with a comment";
    bool once = false;
    for (const std::string& line : file.lines) once |= line == "#pragma once";
    EXPECT_TRUE(once) << file.path << " has no #pragma once";
  }
}

TEST(PublicHeaders, TheUmbrellaIncludesAllOfThem) {
  const auto umbrella = testing::source_files({"include/luge/luge.h"});
  ASSERT_EQ(umbrella.size(), 1u);
  std::string included;
  for (const Include& include : includes_of(umbrella[0])) included += include.target + '\n';
  for (const SourceFile& file : testing::source_files({"include"})) {
    const std::string name = file.path.substr(std::string("include/").size());
    if (name == "luge/luge.h") continue;
    EXPECT_NE(included.find(name + '\n'), std::string::npos) << "luge.h leaves out " << name;
  }
}

}  // namespace
}  // namespace luge
