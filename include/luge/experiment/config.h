// Config: what a training is made of, as the values of named keys. The shell and TOML files give them, a
// search over settings changes them, and a run keeps them.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/error.h"
#include "luge/options.h"

namespace luge::experiment {

/// An option of a member of a family, such as beta1 of the optimizer adam.
struct OptionOf {
  std::string member;  ///< the member, such as "adam"
  options::Info info;  ///< the option
};

/// What a key needs of another one to do anything.
struct Need {
  std::string key;                       ///< the whole name of the other key
  std::vector<std::string> values = {};  ///< the values of which it must have one; empty: any but its default
};

/// One setting that has a name.
struct Key {
  std::string name;                         ///< the whole name, such as "train.epochs"
  std::string help;                         ///< what it is, for lists
  std::string fallback = {};                ///< the value when none is given; empty: there is none
  std::vector<std::string> aliases = {};    ///< other names that are taken, such as "lr"
  std::vector<std::string> elsewhere = {};  ///< names of other programs: not taken, but understood in errors
  std::optional<options::Info> info = {};   ///< what it takes, for a key of an options struct
  /// Looks at a value that `info` has checked, and throws ValueError for what only its type can tell.
  std::function<void(const options::Value& value)> accept = {};
  std::string family = {};            ///< the family that it chooses from or has an option of: "optimizer"
  std::string option = {};            ///< the option of members of the family; empty: it chooses members
  std::vector<OptionOf> owners = {};  ///< the members that have the option
  std::vector<Need> needs = {};       ///< what it needs to do anything
};

/// Returns the keys of a training: model, data, optimizer, schedule, callbacks, run. They come from the
/// options structs of this room and from the families of registered things.
std::vector<Key> training_keys();

/// Returns the keys of one stage of a training: its name, its length, what is trained, and what of the
/// training is different in it.
std::vector<Key> stage_keys();

/// A key that is not known, a value that is not right, or a value that is missing. what() begins with the key
/// as it was given, such as "lr=abc: expected a number", after the file and the line if it is from a file.
class SettingError : public Error {
 public:
  /// Makes an error. `missing` is true when a key has no value.
  explicit SettingError(const std::string& text, bool missing = false) : Error(text), missing_(missing) {}
  /// Returns true when a key that is needed has no value.
  bool missing() const { return missing_; }

 private:
  bool missing_;
};

/// Where a value comes from.
enum class Source : std::uint8_t {
  program,       ///< a program set it
  command_line,  ///< a word of the command
  resume,        ///< it was changed when a run was resumed
  file,          ///< a TOML file
  model,         ///< the model says so
  data,          ///< it follows from the data, such as the task
  fallback       ///< the default
};
/// The source of a value, as config.toml tells it.
struct Origin {
  Source source = Source::fallback;  ///< where it comes from
  std::string file = {};             ///< the name of the file
  /// Returns it in words: "command line", "file my.toml", "model".
  std::string to_string() const;
  /// Returns what to_string wrote; nothing for other words.
  static std::optional<Origin> from_string(std::string_view words);
};

/// What is chosen of a family, and what was given of its options.
struct Choice {
  std::string name;        ///< the member, such as "adam"
  options::Values values;  ///< the options that are not the default; they are checked
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
  /// Returns where the value comes from.
  Origin origin(std::string_view key) const;

  /// Sets a value. Errors name the key as it is written here. Throws SettingError for a key that is not
  /// known.
  void set(std::string_view key, std::string value, Source source = Source::program);
  /// Sets the values that a TOML file has for keys without a value. [train] epochs = 5 is train.epochs. Each
  /// [[stage]] becomes one of stages(); a configuration that has stages keeps its own.
  /// Throws FileError, FormatError naming file and line for what is not TOML, and SettingError naming file
  /// and line for a key that is not known or given twice, and for a value that is not right.
  void take_file(const std::string& path);
  /// Does the same with the config.toml of a run, whose values keep the sources that it tells.
  void take_run(const std::string& path);
  /// Takes a value that another configuration has for a key, as it was named there.
  void take(const Config& other, std::string_view key);
  /// Sets a value that was not set before.
  void set_default(std::string_view key, std::string value, Source source = Source::model);
  /// Replaces a value such as "auto" by the one that was worked out from the data.
  void replace(std::string_view key, std::string value);
  /// Replaces a value by the path where it is now. It keeps its source.
  void move(std::string_view key, std::string path);
  /// Leaves out the options of a family that the chosen member does not have: those of a configuration in
  /// which another member was chosen before.
  void drop_options(std::string_view family);

  /// Returns the value. This function and those below throw SettingError when there is neither a value nor a
  /// default, and when the value is not of the kind that they return.
  std::string text(std::string_view key) const;
  /// Returns the value as one of its kind, checked as `info` says.
  options::Value value(std::string_view key, const options::Info& info) const;
  /// Returns a whole number that is at least `least`.
  std::int64_t integer(std::string_view key, std::int64_t least) const;
  /// Returns a finite number.
  double number(std::string_view key) const;
  /// Returns a number above 0.
  double positive(std::string_view key) const;
  /// Returns a number that is 0 or more.
  double not_negative(std::string_view key) const;
  /// Returns true for true, yes, on and 1, and false for false, no, off and 0.
  bool flag(std::string_view key) const;
  /// Returns one of `names`. The error lists the nearest ones.
  std::string choice(std::string_view key, const std::vector<std::string>& names) const;
  /// Returns extents such as 3x32x32.
  std::vector<std::int64_t> extents(std::string_view key) const;

  /// Returns what is chosen of a family such as "optimizer", and the options given for it. Throws
  /// SettingError for a name that is not known, for an option that the member does not have, and for a value
  /// that is out of range.
  Choice chosen(std::string_view family) const;
  /// Returns the same where the name may also be that of a file, which has no options.
  Choice chosen_or_file(std::string_view family) const;
  /// Returns what is chosen of a family of which a list can be chosen, such as "metric"; nothing for "none".
  /// Throws as chosen does, and for a member that is named twice.
  std::vector<Choice> all_chosen(std::string_view family) const;
  /// Returns all options of what is chosen, the defaults included, by whole names of keys.
  std::vector<std::pair<std::string, options::Value>> chosen_options(std::string_view family) const;
  /// Returns the value of an option key as the chosen member takes it; where none is chosen, as the first
  /// member does that takes it.
  options::Value option_value(const Key& option) const;
  /// Throws SettingError for the first value that is not right, as far as that is known before anything is
  /// loaded.
  void check() const;

  /// Adds a stage: a configuration of stage_keys().
  void add_stage(Config stage);
  /// Returns the stages in their order; none for a training without stages.
  const std::vector<Config>& stages() const { return stages_; }

  /// Returns a configuration of these keys, with the values and the stages that this one has.
  Config only(std::vector<Key> keys) const;
  /// Returns the key as it was set, or its short name.
  std::string shown(std::string_view key) const;
  /// Returns the file and line of a value from a file, "my.toml, line 7: ", and its stage; else nothing.
  std::string where(std::string_view key) const;
  /// Returns how an error about the value begins: "my.toml, line 7: lr=0".
  std::string said(std::string_view key) const;
  /// Returns all values and defaults by whole names.
  std::map<std::string, std::string> resolved() const;
  /// Throws SettingError: "lr=abc: expected a number", where `expected` is "a number".
  [[noreturn]] void refuse(std::string_view key, std::string_view expected) const;

 protected:
  /// Returns the key of this name, or null.
  const Key* find(std::string_view name) const;
  /// Returns the key of this name. Throws SettingError with a similar name when there is none.
  const Key& require(std::string_view name) const;

 private:
  struct Setting {
    std::string text;
    std::optional<options::Value> list = {};  // a list, as a file has it
    std::string typed = {};                   // how the key was named
    Origin origin = {};
    std::string where = {};  // "my.toml, line 7: ", "stage 2: "
  };
  class FileReader;

  void take_toml(const std::string& path, bool recorded);
  const std::string& stage_label() const { return label_; }
  const Setting* setting(std::string_view name) const;
  const Key* find_choosing(std::string_view family) const;
  const Key& choosing(std::string_view family) const;
  void check_value(const Key& key) const;
  void check_option(const Key& key) const;
  bool is_of(const Key& option, const std::vector<std::string>& members) const;
  options::Values values_of(const Key& choice, const std::vector<std::string>& members,
                            const std::string& member) const;
  [[noreturn]] void refuse_option(const Key& option, const std::vector<std::string>& members) const;

  std::vector<Key> keys_;
  std::map<std::string, Setting> settings_;  // by whole name
  std::vector<Config> stages_;
  std::string label_;  // of a stage: "stage 2: "
  std::string where_;  // of a stage: how errors about what is missing begin
};

}  // namespace luge::experiment
