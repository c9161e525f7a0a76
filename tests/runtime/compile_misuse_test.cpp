// What the C++ compiler says of a function that compile cannot take.
#include <gtest/gtest.h>

#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

// The errors that a program with this line gets.
std::string errors_of(const std::string& line) {
  const testing::TempDir dir;
  const std::string program =
      dir.write("misuse.cpp", "#include <luge/compile.h>\nusing namespace luge;\n" + line);
  const std::string include = (testing::source_dir() / "include").string();
  const auto result = testing::run_command({"c++", "-std=c++20", "-fsyntax-only", "-I" + include, program});
  return result.code == 0 ? "" : result.err;
}

TEST(CompileMisuse, TheErrorSaysWhatIsAllowed) {
  EXPECT_EQ(errors_of("auto f = compile([](const NamedTensors& x, Tensor) { return x[\"a\"]; });"), "")
      << "a right one compiles";
  const std::string parameter = errors_of("auto f = compile([](int) { return Tensor(); });");
  EXPECT_TRUE(
      testing::says(parameter, "every parameter of the function must be a Tensor, Tensors, NamedTensors"))
      << parameter;
  const std::string result = errors_of("auto f = compile([](Tensor) { return 3; });");
  EXPECT_TRUE(testing::says(result, "the function must return a Tensor, Tensors, NamedTensors")) << result;
  const std::string generic = errors_of("auto f = compile([](auto x) { return x; });");
  EXPECT_TRUE(testing::says(generic, "whose parameters have types and not auto")) << generic;
}

}  // namespace
}  // namespace luge
