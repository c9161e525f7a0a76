#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "core/instruction_sets.h"
#include "core/nearest.h"
#include "core/threads.h"
#include "core/utf8.h"

namespace luge::cli {
namespace {

std::vector<Command>& registry() {
  static std::vector<Command> all;
  return all;
}

bool asks_for_help(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "help" || word == "--help" || word == "-h";
  });
}

bool is_json(const std::string& word) { return word == "--json" || word == "format=json"; }

int print_help(const std::vector<std::string>& words, const std::string& about) {
  const bool json = std::ranges::any_of(words, is_json);
  const Command* command = find_command(about);
  if (json && !about.empty() && !command)
    throw Misuse(fmt::format(
        "luge help {}: is text alone; `luge list KIND --json` has the options of registered things", about));
  if (json) {
    print_json(command ? help_json(*command) : help_json());
  } else {
    fmt::print("{}", about.empty() ? help_text() : help_about(about));
  }
  return 0;
}

// One line: where, what, received, expected.
int report(std::string_view text, int code) {
  std::string line = valid_utf8(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  tell_aside("{}{}\n", line.starts_with("luge ") ? "" : "luge: ", line);
  return code;
}

// What the environment says wrongly is told before a command begins.
void read_environment() {
  try {
    thread_count();
    instruction_set_of_environment();
  } catch (const ValueError& error) {
    throw Misuse(error.what());
  }
}

int run_command(const Command& command, const std::vector<std::string>& words) {
  if (asks_for_help(words)) return print_help(words, command.name);
  read_environment();
  try {
    return command.run(Arguments(command.name, command.keys_for(words), command.positional, words));
  } catch (const experiment::SettingError& error) {
    throw Misuse(
        fmt::format("luge {0}: {1}{2}", command.name, error.what(),
                    error.missing() ? fmt::format("; luge {} help shows all keys", command.name) : ""));
  }
}

int dispatch(const std::vector<std::string>& words) {
  if (words.empty() || asks_for_help({words[0]})) {
    std::vector<std::string> about = words;
    std::erase_if(about, is_json);
    const bool of_one = about.size() > 1 && !asks_for_help({about[1]});
    const int code = print_help(words, of_one ? about[1] : "");
    return words.empty() ? 2 : code;
  }
  const std::string name = words[0] == "--version" ? "version" : words[0];
  if (const Command* command = find_command(name))
    return run_command(*command, {words.begin() + 1, words.end()});
  std::vector<std::string> names = {"help"};
  for (const Command& command : commands()) names.push_back(command.name);
  throw Misuse(
      fmt::format("command '{}' is not known{}; luge help lists all", name, suggestion(name, names)));
}

std::string& called() {
  static std::string name = "luge";
  return name;
}

}  // namespace

const std::string& program() { return called(); }
void set_program(const std::string& name) { called() = shell_word(name); }

Registration::Registration(Command command) {
  auto& all = registry();
  const auto position = std::lower_bound(all.begin(), all.end(), command,
                                         [](const Command& a, const Command& b) { return a.name < b.name; });
  all.insert(position, std::move(command));
}

const std::vector<Command>& commands() { return registry(); }

const Command* find_command(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

int run(const std::vector<std::string>& words) {
  try {
    const int code = dispatch(words);
    check_output();
    return code;
  } catch (const Misuse& error) {
    return report(error.what(), 2);
  } catch (const Stopped& stopped) {
    const int code = 128 + stopped.signal;
    return stopped.told ? code : report(std::string(signal_text(stopped.signal)), code);
  } catch (const std::system_error& error) {  // fmt's, when standard output takes no more, among others
    return report(fmt::format("{}{}", std::ferror(stdout) ? "standard output: " : "", error.what()), 1);
  } catch (const std::bad_alloc&) {
    return report("out of memory", 1);
  } catch (const std::exception& error) {
    return report(error.what(), 1);
  }
}

}  // namespace luge::cli
