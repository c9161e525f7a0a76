// key=value words and TOML tables, checked against the keys that a command knows.
#pragma once

#include <string>
#include <vector>

#include "luge/error.h"
#include "luge/experiment/config.h"

namespace luge::cli {

using experiment::Key;

/// Misuse of the command line: exit code 2.
class Misuse : public Error {
 public:
  using Error::Error;
};

/// The words of a command. What is wrong with a value is an experiment::SettingError, which run() tells as it
/// tells Misuse.
class Arguments : public experiment::Config {
 public:
  /// Words as the shell gives them. Throws Misuse for a repeated key and for words that are no keys,
  /// SettingError for an unknown key (with the nearest that exist), and FileError and FormatError for the
  /// TOML file of config=.
  Arguments(std::string command, std::vector<Key> keys, int positional,
            const std::vector<std::string>& words);

  const std::string& command() const { return command_; }
  const std::vector<std::string>& positional() const { return positional_; }
  bool json() const { return json_; }

 private:
  void take_word(const std::string& key, std::string value);
  [[noreturn]] void refuse_word(const std::string& word, const std::string& next) const;

  std::string command_;
  std::vector<std::string> positional_;
  bool json_ = false;
};

}  // namespace luge::cli
