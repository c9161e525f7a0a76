// Runs a program to its end and gives back what it wrote and how it ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace luge::testing {

struct CommandResult {
  int code = 0;  // exit status; 128 + n when signal n ended it
  std::string out, err;
  std::int64_t peak_bytes = 0;  // of resident memory; several times more in builds with sanitizers
};

struct CommandOptions {
  std::filesystem::path folder = "";  // where it runs; empty: here
  std::vector<std::string> environment =
      {};             // "NAME=value", added to this process's own; "NAME" alone removes one
  int seconds = 600;  // after that it is killed, which fails the test
};

/// Runs `arguments[0]` (a path, or a name found on PATH) without a shell and without a terminal.
CommandResult run_command(const std::vector<std::string>& arguments, const CommandOptions& options = {});
/// The command luge with these words, in `folder`, whatever LUGE_LOG and NO_COLOR are here.
CommandResult luge(std::vector<std::string> words, const std::filesystem::path& folder = {});
/// Whether `part` stands in `text`.
bool says(const std::string& text, const std::string& part);

}  // namespace luge::testing
