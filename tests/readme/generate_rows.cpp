// Turns every row of README.md's table "Coming from ..." into a test that runs the row's Luge column.
// Usage: generate_rows OUTPUT
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "support/source_tree.h"

namespace {

// What stands between the first and the last backtick of a cell.
std::string code_of(const std::string& cell) {
  const auto first = cell.find('`'), last = cell.rfind('`');
  return first == last ? "" : cell.substr(first + 1, last - first - 1);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto page = luge::testing::source_files({"README.md"});
  const auto rows =
      luge::testing::markdown_table(page.at(0), "## Coming from Keras, PyTorch or TensorFlow 1");
  std::ofstream out(arguments[1]);
  out << "// Made by generate_rows from README.md.\n#include \"readme/rows.h\"\n\nnamespace luge {\n\n";
  int number = 0;
  for (const auto& row : rows) {
    out << fmt::format("// {}: {}\nTEST_F(ReadmeRow, Row{:02}) {{\n  {}\n}}\n\n", row.at(0), row.at(1),
                       ++number, code_of(row.at(2)));
  }
  out << "}  // namespace luge\n";
  if (rows.empty() || !out.flush()) {
    std::fprintf(stderr, "generate_rows: found %zu rows, writing %s\n", rows.size(), arguments[1]);
    return 1;
  }
}
