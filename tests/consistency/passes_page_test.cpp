// docs/architecture.md names every pass of the compiler, in the order in which they run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compile/pipeline.h"
#include "support/source_tree.h"

namespace luge {
namespace {

TEST(ArchitecturePage, ListsThePassesInTheirOrder) {
  const auto page = testing::source_files({"docs/architecture.md"});
  std::vector<std::vector<std::string>> expected;
  for (const compiler::Pass& pass : compiler::passes())
    expected.push_back({fmt::format("`{}`", pass.name), std::string(pass.purpose)});
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(testing::markdown_table(page.at(0), "## The passes"), expected);
}

}  // namespace
}  // namespace luge
