// The classes of bad input about tensors, graphs and training have numbers, and a test names each of them.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "support/source_tree.h"

namespace luge::testing {
namespace {

constexpr int kFirst = 1, kLast = 32;  // later ones belong to files, formats and servers

TEST(BadInputClasses, EachOfTensorsAndTrainingHasATest) {
  const std::regex test(R"(TEST(?:_F|_P)?\(\w+, C(\d+)_\w+\))");
  std::set<int> met;
  for (const SourceFile& file : source_files({"tests"})) {
    for (const std::string& line : file.lines) {
      std::smatch found;
      if (std::regex_search(line, found, test)) met.insert(std::stoi(found[1]));
    }
  }
  for (int number = kFirst; number <= kLast; ++number) EXPECT_TRUE(met.contains(number)) << "C" << number;
}

}  // namespace
}  // namespace luge::testing
