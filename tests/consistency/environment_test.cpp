// Every environment variable that the sources read is documented, and every one that the pages and the help
// name is read.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <string>
#include <vector>

#include "support/source_tree.h"

namespace luge {
namespace {

using testing::SourceFile;
using Names = std::map<std::string, std::string>;  // and one line where each is found

// The first group of each match of `pattern` in the files.
Names found(const std::vector<std::string>& roots, const std::string& pattern) {
  Names names;
  const std::regex expression(pattern);
  for (const SourceFile& file : testing::source_files(roots)) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      for (std::sregex_iterator match(line.begin(), line.end(), expression), end; match != end; ++match)
        names.emplace((*match)[1], file.path + ":" + std::to_string(i + 1));
    }
  }
  return names;
}

Names read_by_the_sources() { return found({"src", "include"}, R"re(getenv\("([A-Z_]+)"\))re"); }

const std::vector<std::string> kPages = {"docs", "README.md", "README.zh-CN.md", "CONTRIBUTING.md"};
const std::vector<std::string> kHelp = {"src/cli/help.cpp"};

TEST(Environment, WhatIsReadIsInTheHelpAndInTheTable) {
  const Names read = read_by_the_sources();
  ASSERT_GE(read.size(), 4u);
  const Names help = found(kHelp, R"(\b([A-Z]+_[A-Z]+)\b)");
  const Names table = found({"docs/guide/environment.md"}, R"(^\| `([A-Z_]+)`)");
  for (const auto& [name, where] : read) {
    EXPECT_TRUE(help.contains(name)) << where << " reads " << name << ", which luge help does not name";
    EXPECT_TRUE(table.contains(name))
        << where << " reads " << name << ", which docs/guide/environment.md does not list";
  }
  EXPECT_EQ(table.size(), read.size());
}

// Options of the build are written as -DLUGE_...; macros such as LUGE_VERSION are defined by the build.
TEST(Environment, WhatIsNamedIsRead) {
  const Names read = read_by_the_sources();
  Names named = found(kPages, R"((?:^|[^A-Za-z_-])(LUGE_[A-Z]+))");
  named.merge(found({"src/cli"}, R"((LUGE_[A-Z]+))"));
  ASSERT_GE(named.size(), 4u);
  const Names macros = found({"cmake"}, R"re((LUGE_[A-Z]+)=")re");
  for (const auto& [name, where] : named) {
    EXPECT_TRUE(read.contains(name) || macros.contains(name))
        << where << " names " << name << ", which nothing reads";
  }
}

}  // namespace
}  // namespace luge
