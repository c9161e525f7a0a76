// key=value words and TOML tables, checked against the keys that a command knows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luge/error.h"

namespace luge::cli {

/// Misuse of the command line: exit code 2.
class Misuse : public Error {
 public:
  using Error::Error;
};

struct Key {
  std::string name;                       // "train.epochs" in files; what follows the dot also works alone
  std::string help;                       // "passes over the data"
  std::string fallback = {};              // value when none is given; empty: none
  std::vector<std::string> aliases = {};  // "lr"
  std::vector<std::string> elsewhere =
      {};  // what other programs call it: not taken, but understood in errors
};

/// What people type for a key: its first alias, or what follows the dot when no other key ends so.
std::string short_name(const std::vector<Key>& keys, const Key& key);

class Arguments {
 public:
  /// Words as the shell gives them. Throws Misuse for an unknown or repeated key (with the nearest that
  /// exist) and for too many positional words; FileError and FormatError for the TOML file of config=.
  Arguments(std::string command, std::vector<Key> keys, int positional,
            const std::vector<std::string>& words);

  const std::string& command() const { return command_; }
  const std::vector<std::string>& positional() const { return positional_; }
  bool json() const { return json_; }

  /// Whether the command has such a key at all.
  bool knows(std::string_view key) const { return find(key) != nullptr; }
  /// Given by the user (command line or file), not only by default.
  bool given(std::string_view key) const;
  /// Given or having a default.
  bool has(std::string_view key) const;
  /// Throws Misuse when there is neither a value nor a default.
  std::string text(std::string_view key) const;
  std::int64_t integer(std::string_view key, std::int64_t least) const;
  double number(std::string_view key) const;
  /// Above 0; 0 or more; 0 or more and below 1.
  double positive(std::string_view key) const;
  double not_negative(std::string_view key) const;
  double share(std::string_view key) const;
  /// A number of bytes: 1500000, 512MiB, 1.5GB.
  std::size_t bytes(std::string_view key) const;
  /// true/false, yes/no, on/off, 1/0.
  bool flag(std::string_view key) const;
  /// One of `names`; throws Misuse listing the nearest.
  std::string choice(std::string_view key, const std::vector<std::string>& names) const;

  /// Whole numbers with commas between them: "256,128".
  std::vector<std::int64_t> integers(std::string_view key, std::int64_t least) const;
  /// What is between commas: "accuracy,top5".
  std::vector<std::string> list(std::string_view key) const;
  /// The key as the user typed it, else its short name.
  std::string shown(std::string_view key) const;

  /// Every key with its value, given or default, by full name: what config.toml records.
  std::map<std::string, std::string> resolved() const;
  /// Sets a value that nothing has set before (a restored configuration).
  void set_default(std::string_view key, std::string value);
  /// Replaces the value that was given ("auto") by the one worked out from it.
  void replace(std::string_view key, std::string value);
  [[noreturn]] void misuse(std::string_view key, std::string_view expected) const;

 private:
  const Key* find(std::string_view name) const;
  const Key& require(std::string_view name) const;
  void set(std::string_view name, std::string value, bool from_file);
  void read_file(const std::string& path);
  [[noreturn]] void refuse_word(const std::string& word, const std::string& next) const;

  std::string command_;
  std::vector<Key> keys_;
  std::vector<std::string> positional_;
  std::map<std::string, std::string> values_;
  std::map<std::string, std::string> file_values_;
  std::map<std::string, std::string> typed_;  // by full name
  bool json_ = false;
};

/// "3x32x32" as extents; throws Misuse.
std::vector<std::int64_t> extents(std::string_view key, std::string_view text);

}  // namespace luge::cli
