// Runs every example and holds its output against the lines that its header comment promises:
//
//   // Prints:
//   //   test accuracy {0.86..0.92}
//   //
//   // Prints with predict digits.png:
//   //   7
//
// After "with" come arguments; "slowly" leaves a run to `tools/test slow`.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/expected_text.h"
#include "support/paths.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

// How an example is called, and what it promises then.
struct Invocation {
  std::vector<std::string> arguments, promised;
  bool slow = false;
};

// Reads a line such as "// Prints slowly with test model-3:"; false when it is another line.
bool read_head(std::string line, Invocation& run) {
  if (!line.starts_with("// Prints") || !line.ends_with(":")) return false;
  line = line.substr(9, line.size() - 10);
  run.slow = line.starts_with(" slowly");
  if (run.slow) line = line.substr(7);
  if (line.empty()) return true;
  if (!line.starts_with(" with ")) return false;
  std::istringstream words(line.substr(6));
  for (std::string word; words >> word;) run.arguments.push_back(word);
  return true;
}

std::vector<Invocation> promised_runs(const testing::SourceFile& file) {
  std::vector<Invocation> runs;
  bool inside = false;
  for (const std::string& line : file.lines) {
    Invocation run;
    if (read_head(line, run)) {
      runs.push_back(run);
      inside = true;
    } else if (inside && line.starts_with("//   ")) {
      runs.back().promised.push_back(line.substr(5));
    } else {
      inside = false;
    }
  }
  return runs;
}

void run_and_compare(const testing::SourceFile& file, const Invocation& run,
                     const std::filesystem::path& folder) {
  SCOPED_TRACE(file.path + " with " + fmt::format("{}", fmt::join(run.arguments, " ")));
  ASSERT_FALSE(run.promised.empty()) << "nothing follows \"// Prints\"";
  const std::string name = std::filesystem::path(file.path).stem().string();
  std::vector<std::string> command = {(testing::binary_dir() / "examples" / name).string()};
  command.insert(command.end(), run.arguments.begin(), run.arguments.end());
  const auto result = testing::run_command(command, {.folder = folder, .seconds = run.slow ? 3000 : 600});
  if (result.err.find("Cairo") != std::string::npos) GTEST_SKIP() << result.err;  // drawing is left out
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(testing::missing_line(run.promised, result.out), "") << result.out;
}

// One folder for all, in the order of their numbers: a later example may read what an earlier one wrote, and
// a later run of an example what an earlier run wrote, in a process of its own.
class Example : public ::testing::TestWithParam<testing::SourceFile> {
 protected:
  static void SetUpTestSuite() { folder_ = std::make_unique<testing::TempDir>(); }
  static void TearDownTestSuite() { folder_.reset(); }
  static inline std::unique_ptr<testing::TempDir> folder_;

  static void compare(bool slow) {
    const auto runs = promised_runs(GetParam());
    ASSERT_FALSE(runs.empty()) << GetParam().path << " has no \"// Prints:\" block";
    ASSERT_FALSE(runs.front().slow && !slow) << GetParam().path << " has only slow runs";
    for (const Invocation& run : runs)  // a later one may read what an earlier one wrote
      if (run.slow == slow && !HasFailure()) run_and_compare(GetParam(), run, folder_->path());
  }
};
class SlowExample : public Example {};

TEST_P(Example, PrintsWhatItsHeaderPromises) { compare(false); }
TEST_P(SlowExample, PrintsWhatItsHeaderPromises) { compare(true); }

std::vector<testing::SourceFile> examples() {
  auto files = testing::source_files({"examples"});
  std::erase_if(files, [](const auto& file) { return !file.path.ends_with(".cpp"); });
  return files;
}

std::vector<testing::SourceFile> slow_examples() {
  auto files = examples();
  std::erase_if(files, [](const auto& file) {
    const auto runs = promised_runs(file);
    return std::none_of(runs.begin(), runs.end(), [](const Invocation& run) { return run.slow; });
  });
  return files;
}

std::string name_of(const ::testing::TestParamInfo<testing::SourceFile>& info) {
  return std::filesystem::path(info.param.path).stem().string();
}

// The first sentence of the comment at the beginning.
std::string first_sentence(const testing::SourceFile& file) {
  std::string text;
  for (const std::string& line : file.lines) {
    if (!line.starts_with("// ")) break;
    text += (text.empty() ? "" : " ") + line.substr(3);
    const auto end = text.find(". ");
    if (end != std::string::npos) return text.substr(0, end + 1);
  }
  return text;
}

TEST(ExampleTable, ListsEveryProgramWithItsFirstSentence) {
  std::string expected;
  for (const auto& file : examples()) {
    const auto path = std::filesystem::path(file.path);
    expected += fmt::format("| [{}]({}) | {} |\n", path.stem().string(), path.filename().string(),
                            first_sentence(file));
  }
  std::ifstream page(testing::source_dir() / "examples/README.md");
  std::string rows;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| [")) rows += line + '\n';
  EXPECT_EQ(rows, expected);
}

INSTANTIATE_TEST_SUITE_P(All, Example, ::testing::ValuesIn(examples()), name_of);
INSTANTIATE_TEST_SUITE_P(All, SlowExample, ::testing::ValuesIn(slow_examples()), name_of);

}  // namespace
}  // namespace luge
