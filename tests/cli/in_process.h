// The command in the process of the test: what it prints, and how it ends.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/command.h"
#include "support/command.h"

namespace luge::testing {

/// Like luge(), for words whose paths are absolute.
inline CommandResult in_process(const std::vector<std::string>& words) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  CommandResult result;
  result.code = cli::run(words);
  result.out = ::testing::internal::GetCapturedStdout();
  result.err = ::testing::internal::GetCapturedStderr();
  return result;
}

}  // namespace luge::testing
