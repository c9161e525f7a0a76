// The compiler, the executor and the contract of backends know no op by its name: they ask for attribute
// types, roles, traits and instructions, which an op states in its own file.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/op_registry.h"
#include "support/source_tree.h"

namespace luge {
namespace {

using testing::SourceFile;

// The string literals of a line, without those of a comment after it.
std::vector<std::string> literals_of(const std::string& line) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line.compare(at, 2, "//") == 0) break;
    if (line.compare(at, 3, "'\"'") == 0) at += 3;
    if (at >= line.size() || line[at] != '"') continue;
    std::string text;
    for (++at; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] == '\\') ++at;
      if (at < line.size()) text += line[at];
    }
    found.push_back(text);
  }
  return found;
}

// Registered ops, and those that only the compiler makes: their files state a name too.
std::set<std::string> op_names() {
  std::set<std::string> names;
  for (const OpEntry& entry : registered_ops()) names.insert(std::string(entry.name));
  for (const SourceFile& file : testing::source_files({"src/ops"})) {
    for (const std::string& line : file.lines) {
      if (line.find("static constexpr auto name = ") == std::string::npos) continue;
      for (const std::string& name : literals_of(line)) names.insert(name);
    }
  }
  return names;
}

bool is_contract(const std::string& path) {  // the files of src/backend itself, not of its folders
  return path.rfind('/') == std::string_view("src/backend").size();
}
// Instructions have names of their own, and many are those of the ops that they carry out.
bool names_instructions(const std::string& path) { return path.starts_with("src/backend/instruction"); }

TEST(OpNames, StandInNoFileOfTheCompilerTheExecutorOrTheContract) {
  const std::set<std::string> names = op_names();
  ASSERT_TRUE(names.contains("conv") && names.contains("fused"));
  std::size_t files = 0;
  for (const SourceFile& file : testing::source_files({"src/compile", "src/runtime", "src/backend"})) {
    if (file.path.starts_with("src/backend") && (!is_contract(file.path) || names_instructions(file.path)))
      continue;
    ++files;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (file.lines[i].starts_with("#include")) continue;
      for (const std::string& literal : literals_of(file.lines[i])) {
        EXPECT_FALSE(names.contains(literal))
            << file.path << ":" << i + 1 << " names the op " << literal << " in: " << file.lines[i];
      }
    }
  }
  EXPECT_GT(files, 50u);
}

TEST(OpNames, TheTestReadsLiteralsAndNotComments) {
  EXPECT_EQ(literals_of("is_op(edge, \"conv\", 0) || '\"' == c;  // \"relu\""),
            std::vector<std::string>{"conv"});
  EXPECT_EQ(literals_of("a(\"say \\\"x\\\"\", \"b\")"), (std::vector<std::string>{"say \"x\"", "b"}));
}

}  // namespace
}  // namespace luge
