// Registries: things that are made by name. Lists, help, completion and the keys of the shell walk them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/named_text.h"
#include "luge/options.h"

namespace luge {

/// What the registered things of one kind are called.
struct FamilyNames {
  std::string one;   ///< "loss", as errors and `luge help loss=NAME` say it
  std::string many;  ///< "losses", as `luge list` says it
  /// The key that chooses one of them, "loss.name"; the keys of its options begin like it: "loss.gamma".
  /// Empty: no key does, as for layers.
  std::string key = {};
  /// A list of them can be chosen ("data.augment"); options are then OPTIONS.NAME.OPTION, where this is
  /// OPTIONS
  /// ("augment"). Empty: only one can be chosen.
  std::string options_of_each = {};
};

/// One registered thing, as lists and help show it.
struct Member {
  std::string name;
  std::string description;             ///< one line
  std::vector<options::Info> options;  ///< what it takes
};

/// The registered things of one kind, whatever they make.
class Family {
 public:
  /// Adds the family to families().
  explicit Family(FamilyNames names);
  virtual ~Family() = default;
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  const FamilyNames& called() const { return called_; }
  /// Returns the table that the options of this member are keys of: "loss", or "augment.flip"; empty where
  /// options are no keys. Without a member, "augment" for the tables of all.
  std::string table(std::string_view member = {}) const;
  /// Returns the names, sorted.
  virtual std::vector<std::string> names() const = 0;
  /// Returns one of them. Throws ValueError as refuse does.
  virtual Member member(std::string_view name) const = 0;
  /// Throws ValueError that suggests and lists names.
  [[noreturn]] void refuse(std::string_view name) const;

 protected:
  /// The values that texts mean for these options. Throws OptionError, beginning with the member.
  options::Values parsed(const NamedText& given, const std::vector<options::Info>& options) const;
  /// Throws the error again; of an option that this member does not have, it says which members have it.
  [[noreturn]] void rethrow(const options::OptionError& error, const Member& member) const;

 private:
  FamilyNames called_;
};

/// Returns all families, sorted by FamilyNames::many. A family is there as soon as one of its members is
/// registered or asked for.
std::vector<const Family*> families();
/// Returns the family of this FamilyNames::one or many; null when there is none.
const Family* find_family(std::string_view name);

/// The registered things that makers with this context make.
template <class Made, class... Context>
class Registry final : public Family {
 public:
  using Maker = options::Maker<Made, Context...>;
  using Family::Family;

  /// Adds one. Returns false when the name is taken.
  bool add(const std::string& name, const std::string& description, Maker maker) {
    return entries_.emplace(name, Entry{description, std::move(maker)}).second;
  }
  /// Returns true for a name that make takes, without options.
  bool has(std::string_view name) const {
    return name.find('(') == name.npos && entries_.contains(full(name).name);
  }
  /// Reads a whole text that is of another form than NAME(option=value): returns the text that it means, or
  /// nothing.
  using ReadText = std::function<std::optional<std::string>(std::string_view text)>;
  /// Takes texts of another form. Returns true.
  bool take_texts(ReadText read) {
    text_readers_.push_back(std::move(read));
    return true;
  }
  /// Makes one, also from a text with options such as "normal(mean=0)"; `values` come after those. Throws
  /// ValueError for a name that is not known, and OptionError.
  Made make(std::string_view text, const options::Values& values, Context... context) const {
    const NamedText given = full(text);
    const Entry& found = entry(given.name);
    options::Values all = parsed(given, found.maker.options());
    all.insert(all.end(), values.begin(), values.end());
    try {
      return found.maker(called().one + " " + given.name, all, context...);
    } catch (const options::OptionError& error) {
      rethrow(error, member(given.name));
    }
  }
  /// Reads a name that has no entry: returns the text that it means, "top-k(k=3)" for "top3", or nothing.
  using ReadName = std::function<std::optional<std::string>(std::string_view name)>;
  /// Takes more names. Returns true.
  bool take_names(ReadName read) {
    readers_.push_back(std::move(read));
    return true;
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }
  Member member(std::string_view name) const override {
    const NamedText given = full(name);
    const Entry& found = entry(given.name);
    return {given.name, found.description, found.maker.options()};
  }

 private:
  struct Entry {
    std::string description;
    Maker maker;
  };
  const Entry& entry(std::string_view name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) refuse(name);
    return found->second;
  }
  // The name of an entry with what a text says about its options.
  NamedText full(std::string_view text) const {
    for (const ReadText& read : text_readers_) {
      if (const std::optional<std::string> meant = read(text)) return read_named(called().one, *meant);
    }
    NamedText given = read_named(called().one, text);
    if (entries_.contains(given.name)) return given;
    for (const ReadName& read : readers_) {
      const std::optional<std::string> meant = read(given.name);
      if (!meant) continue;
      NamedText full = read_named(called().one, *meant);
      full.options.insert(full.options.end(), given.options.begin(), given.options.end());
      return full;
    }
    return given;
  }
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<ReadName> readers_;
  std::vector<ReadText> text_readers_;
};

}  // namespace luge
