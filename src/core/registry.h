// Registries: things that are made by name. Lists, help, completion and the keys of the shell walk them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  /// Returns the names, sorted.
  virtual std::vector<std::string> names() const = 0;
  /// Returns one of them. Throws ValueError as refuse does.
  virtual Member member(std::string_view name) const = 0;
  /// Throws ValueError that suggests and lists names.
  [[noreturn]] void refuse(std::string_view name) const;

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
  bool has(std::string_view name) const { return entries_.contains(name); }
  /// Makes one. Throws ValueError for a name that is not known, and OptionError.
  Made make(std::string_view name, const options::Values& values, Context... context) const {
    return entry(name).maker(called().one + " " + std::string(name), values, context...);
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }
  Member member(std::string_view name) const override {
    const Entry& found = entry(name);
    return {std::string(name), found.description, found.maker.options()};
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
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace luge
