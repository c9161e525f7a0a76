// Config: what a training is made of, as the values of named keys. The shell and TOML files give them, a
// search over settings changes them, and a run keeps them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/error.h"

namespace luge::experiment {

/// One setting that has a name.
struct Key {
  std::string name;                         ///< the whole name, such as "train.epochs"
  std::string help;                         ///< what it is, for lists
  std::string fallback = {};                ///< the value when none is given; empty: there is none
  std::vector<std::string> aliases = {};    ///< other names that are taken, such as "lr"
  std::vector<std::string> elsewhere = {};  ///< names of other programs: not taken, but understood in errors
};

/// Returns the keys of a training: model, data, optimizer, schedule, callbacks, run.
std::vector<Key> training_keys();

/// Returns the keys of one stage of a training: its name, its length, what is trained, and what of the
/// training is different in it.
std::vector<Key> stage_keys();

/// A key that is not known, a value that is not right, or a value that is missing. what() begins with the key
/// as it was given, such as "lr=abc: expected a number".
class SettingError : public Error {
 public:
  /// Makes an error. `missing` is true when a key has no value.
  explicit SettingError(const std::string& text, bool missing = false) : Error(text), missing_(missing) {}
  /// Returns true when a key that is needed has no value.
  bool missing() const { return missing_; }

 private:
  bool missing_;
};

/// Values of keys, as text. A key can be named by its whole name, by an alias, or by what follows the dot
/// when no other key ends so.
///
///     experiment::Config config = {{"model", "lenet5"}, {"data", "fashion-mnist"}, {"epochs", "5"}};
class Config {
 public:
  /// A key and its value.
  using Entry = std::pair<std::string, std::string>;
  /// Makes a configuration of a training. Throws SettingError for a key that is not known and for a key that
  /// is given twice.
  Config(std::initializer_list<Entry> values = {});
  /// Makes a configuration of other keys, without values.
  explicit Config(std::vector<Key> keys) : keys_(std::move(keys)) {}

  /// Returns the keys.
  const std::vector<Key>& keys() const { return keys_; }
  /// Returns true when there is such a key.
  bool knows(std::string_view key) const { return find(key) != nullptr; }
  /// Returns true when a value was set, not only when there is a default.
  bool given(std::string_view key) const;
  /// Returns true when there is a value or a default.
  bool has(std::string_view key) const;

  /// Sets a value. Errors name the key as it is written here. Throws SettingError for a key that is not
  /// known.
  void set(std::string_view key, std::string value);
  /// Sets the values that a TOML file has for keys without a value. [train] epochs = 5 is train.epochs. Each
  /// [[stage]] becomes one of stages(); a configuration that has stages keeps its own.
  /// Throws FileError, FormatError naming file and line, and SettingError as set does.
  void take_file(const std::string& path);
  /// Sets a value that was not set before.
  void set_default(std::string_view key, std::string value);
  /// Replaces a value such as "auto" by the one that was worked out from it.
  void replace(std::string_view key, std::string value);

  /// Returns the value. This function and those below throw SettingError when there is neither a value nor a
  /// default, and when the value is not of the kind that they return.
  std::string text(std::string_view key) const;
  /// Returns a whole number that is at least `least`.
  std::int64_t integer(std::string_view key, std::int64_t least) const;
  /// Returns a finite number.
  double number(std::string_view key) const;
  /// Returns a number above 0.
  double positive(std::string_view key) const;
  /// Returns a number that is 0 or more.
  double not_negative(std::string_view key) const;
  /// Returns a number that is 0 or more and below 1.
  double share(std::string_view key) const;
  /// Returns a number of bytes, which may have a unit: 1500000, 512MiB, 1.5GB.
  std::size_t bytes(std::string_view key) const;
  /// Returns true for true, yes, on and 1, and false for false, no, off and 0.
  bool flag(std::string_view key) const;
  /// Returns one of `names`. The error lists the nearest ones.
  std::string choice(std::string_view key, const std::vector<std::string>& names) const;
  /// Returns whole numbers with commas between them, such as "256,128". Each is at least `least`.
  std::vector<std::int64_t> integers(std::string_view key, std::int64_t least) const;
  /// Returns what is between commas, such as "accuracy,top5".
  std::vector<std::string> list(std::string_view key) const;
  /// Returns extents such as 3x32x32.
  std::vector<std::int64_t> extents(std::string_view key) const;

  /// Adds a stage: a configuration of stage_keys().
  void add_stage(Config stage);
  /// Returns the stages in their order; none for a training without stages.
  const std::vector<Config>& stages() const { return stages_; }

  /// Returns a configuration of these keys, with the values and the stages that this one has.
  Config only(std::vector<Key> keys) const;
  /// Returns the key as it was set, or its short name.
  std::string shown(std::string_view key) const;
  /// Returns all values and defaults by whole names: what a run keeps.
  std::map<std::string, std::string> resolved() const;
  /// Throws SettingError: "lr=abc: expected a number", where `expected` is "a number".
  [[noreturn]] void refuse(std::string_view key, std::string_view expected) const;

 protected:
  /// Returns the key of this name, or null.
  const Key* find(std::string_view name) const;
  /// Returns the key of this name. Throws SettingError with a similar name when there is none.
  const Key& require(std::string_view name) const;

 private:
  std::vector<Key> keys_;
  std::map<std::string, std::string> values_;  // by whole name
  std::map<std::string, std::string> typed_;   // how each was named
  std::vector<Config> stages_;
};

}  // namespace luge::experiment
