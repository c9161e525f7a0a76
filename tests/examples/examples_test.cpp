// Runs every example and holds its output against the lines that its header comment promises:
//
//   // Prints:
//   //   test accuracy {0.86..0.92}
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/expected_text.h"
#include "support/paths.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

std::vector<std::string> promised_lines(const testing::SourceFile& file) {
  std::vector<std::string> promised;
  bool inside = false;
  for (const std::string& line : file.lines) {
    if (line == "// Prints:") {
      inside = true;
    } else if (inside && line.starts_with("//   ")) {
      promised.push_back(line.substr(5));
    } else if (inside) {
      break;
    }
  }
  return promised;
}

// One folder for all, in the order of their numbers: a later example may read what an earlier one wrote.
class Example : public ::testing::TestWithParam<testing::SourceFile> {
 protected:
  static void SetUpTestSuite() { folder_ = std::make_unique<testing::TempDir>(); }
  static void TearDownTestSuite() { folder_.reset(); }
  static inline std::unique_ptr<testing::TempDir> folder_;
};

TEST_P(Example, PrintsWhatItsHeaderPromises) {
  const testing::SourceFile& file = GetParam();
  const auto promised = promised_lines(file);
  ASSERT_FALSE(promised.empty()) << file.path << " has no \"// Prints:\" block";

  const std::string name = std::filesystem::path(file.path).stem().string();
  const auto program = testing::binary_dir() / "examples" / name;
  const auto result = testing::run_command({program.string()}, {.folder = folder_->path()});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(testing::missing_line(promised, result.out), "") << result.out;
}

std::vector<testing::SourceFile> examples() {
  auto files = testing::source_files({"examples"});
  std::erase_if(files, [](const auto& file) { return !file.path.ends_with(".cpp"); });
  return files;
}

std::string name_of(const ::testing::TestParamInfo<testing::SourceFile>& info) {
  return std::filesystem::path(info.param.path).stem().string();
}

INSTANTIATE_TEST_SUITE_P(All, Example, ::testing::ValuesIn(examples()), name_of);

}  // namespace
}  // namespace luge
