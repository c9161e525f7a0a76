// The command in the process of the test: what it prints, and how it ends.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "cli/command.h"
#include "support/command.h"

namespace luge::testing {

/// Puts the handlers of signals back that a command changes: processes that are started later inherit them.
class KeepSignals {
 public:
  KeepSignals() {
    for (const int signal : kSignals) sigaction(signal, nullptr, &before_[signal]);
  }
  ~KeepSignals() {
    for (const auto& [signal, action] : before_) sigaction(signal, &action, nullptr);
  }
  KeepSignals(const KeepSignals&) = delete;
  KeepSignals& operator=(const KeepSignals&) = delete;

 private:
  static constexpr int kSignals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGXFSZ};
  std::map<int, struct sigaction> before_;
};

/// Like luge(), for words whose paths are absolute.
inline CommandResult in_process(const std::vector<std::string>& words) {
  const KeepSignals keep;
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  CommandResult result;
  result.code = cli::run(words);
  std::fflush(stdout);
  result.out = ::testing::internal::GetCapturedStdout();
  result.err = ::testing::internal::GetCapturedStderr();
  return result;
}

}  // namespace luge::testing
