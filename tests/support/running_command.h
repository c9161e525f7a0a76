// The command luge while it runs, to be sent signals.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/command.h"

namespace luge::testing {

class RunningCommand {
 public:
  /// Starts luge with these words in `folder`, where its output goes to the files "out" and "err". Returns
  /// when it has begun to look after signals.
  RunningCommand(const std::vector<std::string>& words, const std::filesystem::path& folder);
  /// Kills it when it still runs.
  ~RunningCommand();
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;

  void send(int signal) const;
  bool running();
  /// How it ended, within `seconds`; a failure of the test when it goes on.
  CommandResult wait(int seconds = 120);

 private:
  std::filesystem::path folder_;
  pid_t child_;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace luge::testing
