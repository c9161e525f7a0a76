// What a subcommand is: a name, what it does, its keys, and the function. One file a command, which registers
// itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/arguments.h"

namespace luge::cli {

struct Command {
  std::string name;
  std::string purpose;                          // one line of `luge help`
  std::vector<std::string> usage;               // lines of `luge COMMAND help`, without "luge "
  std::function<std::vector<Key>()> list_keys;  // asked when all is registered; empty: it has none
  int positional = 0;                           // words without '=' it takes
  int (*run)(const Arguments& arguments);
  // The keys of a command that does different things, by what the words give; empty: list_keys.
  std::function<std::vector<Key>(const std::vector<std::string>& words)> list_keys_for = {};

  std::vector<Key> keys() const { return list_keys ? list_keys() : std::vector<Key>(); }
  std::vector<Key> keys_for(const std::vector<std::string>& words) const {
    return list_keys_for ? list_keys_for(words) : keys();
  }
};

/// All commands, by name.
const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

struct Registration {
  explicit Registration(Command command);
};

/// How the program was called, as it was typed ("luge", "build/release/luge"), as a shell takes it: for
/// commands that a person may copy.
const std::string& program();
void set_program(const std::string& name);

/// What main does with the words after "luge": runs the command, prints errors, gives the exit code.
int run(const std::vector<std::string>& words);

}  // namespace luge::cli
