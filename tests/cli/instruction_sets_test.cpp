#include "core/instruction_sets.h"

#include <gtest/gtest.h>

#include "luge/error.h"
#include "support/command.h"
#include "support/paths.h"

namespace luge {
namespace {

testing::CommandResult held_to(const std::string& set, std::vector<std::string> words) {
  words.insert(words.begin(), testing::command().string());
  return testing::run_command(words, {.environment = {"LUGE_LOG", "NO_COLOR", "LUGE_ISA=" + set}});
}

TEST(InstructionSets, EndWithThePortableOne) {
  ASSERT_FALSE(instruction_sets().empty());
  EXPECT_EQ(instruction_sets().back(), "portable");
}

TEST(InstructionSets, WhatTheProcessorHasNotIsRefusedWithAList) {
  try {
    check_instruction_set("avx1024");
    FAIL() << "avx1024 is offered";
  } catch (const ValueError& error) {
    EXPECT_TRUE(testing::says(error.what(), "\"avx1024\"")) << error.what();
    for (const std::string_view set : instruction_sets())
      EXPECT_TRUE(testing::says(error.what(), std::string(set))) << error.what();
  }
}

TEST(InstructionSets, ACommandIsHeldToTheOneInItsEnvironment) {
  const std::vector<std::string> words = {"explain", "model=lenet5", "batch=2"};
  std::vector<std::string> programs;
  for (const std::string_view set : instruction_sets()) {
    const auto ran = held_to(std::string(set), words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    programs.push_back(ran.out);
  }
  if (programs.size() < 2) GTEST_SKIP() << "this processor has portable instructions alone";
  EXPECT_NE(programs.front(), programs.back());
  EXPECT_FALSE(testing::says(programs.back(), "avx")) << programs.back();
}

TEST(InstructionSets, ACommandSaysWhatItsEnvironmentMayName) {
  const auto ran = held_to("sse9", {"summary", "model=xor"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(testing::says(ran.err, "LUGE_ISA")) << ran.err;
  EXPECT_TRUE(testing::says(ran.err, "portable")) << ran.err;
}

}  // namespace
}  // namespace luge
