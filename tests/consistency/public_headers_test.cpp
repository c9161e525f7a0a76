// Public headers hold declarations for users: the standard library, each other, and nothing internal. That
// each compiles alone, with include/ as the only folder of the project, is checked while the tests are built
// (tests/CMakeLists.txt).
#include <gtest/gtest.h>

#include <string>
#include <vector>

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

// At the left edge stand only declarations of a namespace and what belongs to them; their other lines are
// indented.
bool begins_declaration(const std::string& line) {
  if (line.empty() || line[0] == ' ' || line[0] == '}' || line[0] == '#' || line.starts_with("//"))
    return false;
  const std::string word = line.substr(0, line.find_first_of(" (<"));
  if (word == "namespace" || word == "template" || word == "requires") return false;
  const bool forward = (word == "class" || word == "struct" || word == "enum") &&
                       line.find('{') == std::string::npos && line.find(" : public ") == std::string::npos;
  const std::size_t open = line.find('(');
  const std::size_t name = line.rfind(' ', open) + 1;
  const bool member =
      open != std::string::npos && line.substr(name, open - name).find("::") != std::string::npos;
  return !forward && !member;
}

// tools/docs, which needs doxygen, looks at members too.
TEST(PublicHeaders, EachDeclarationHasItsOwnDocstring) {
  int declarations = 0;
  for (const SourceFile& file : testing::source_files({"include"})) {
    bool described = false, internal = false;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (line == "namespace detail {") internal = true;
      if (line == "}  // namespace detail") internal = false;
      if (line.starts_with("///")) described = true;
      if (line.empty()) described = false;
      if (internal || !begins_declaration(line)) continue;
      EXPECT_TRUE(described || line.find("///<") != std::string::npos)
          << file.path << ":" << i + 1 << " has no docstring of its own: " << line;
      described = false;
      ++declarations;
    }
  }
  EXPECT_GT(declarations, 400);
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
