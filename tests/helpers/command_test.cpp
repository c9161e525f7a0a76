#include "support/command.h"

#include <gtest/gtest.h>

namespace luge::testing {
namespace {

TEST(Command, KeepsOutputErrorsAndStatusApart) {
  const CommandResult result = run_command({"sh", "-c", "echo to out; echo to err >&2; exit 3"});
  EXPECT_EQ(result.out, "to out\n");
  EXPECT_EQ(result.err, "to err\n");
  EXPECT_EQ(result.code, 3);
}

TEST(Command, ReportsSignalsAndMissingPrograms) {
  EXPECT_EQ(run_command({"sh", "-c", "kill -TERM $$"}).code, 128 + 15);
  EXPECT_EQ(run_command({"no-such-program-anywhere"}).code, 127);
}

TEST(Command, SetsFolderAndEnvironment) {
  CommandOptions options;
  options.folder = "/";
  options.environment = {"LUGE_A=one=1", "PATH_THAT_IS_NOT"};
  EXPECT_EQ(run_command({"sh", "-c", "pwd; echo $LUGE_A"}, options).out, "/\none=1\n");
}

}  // namespace
}  // namespace luge::testing
