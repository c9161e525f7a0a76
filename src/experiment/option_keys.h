// Keys from options structs, and options structs from the values of keys. A struct says where its keys are:
//
//   struct FolderOptions {
//     static constexpr const char* table = "run";
//     std::optional<std::string> dir = {};
//     static void fields(auto& self, auto&& field) { field("dir", self.dir, "folder of this run"); }
//   };                                                                       // run.dir
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "luge/experiment/config.h"
#include "luge/options.h"

namespace luge::experiment {

/// Either the word auto or a whole number.
struct AutoWhole {
  std::optional<std::int64_t> number = {};
};
/// Bytes, which may have a unit: 1500000, 512MiB, 1.5GB.
struct Bytes {
  std::size_t count = 0;
};
/// The character between the cells of a table; 0: it is found out.
struct Separator {
  char character = 0;
};

/// In a listing: the option does something only where another key has one of these values, or, without
/// values, any but its default: needs("callbacks.checkpoint.every"). Who gives it without that is told.
struct Needs {
  Need need;
  void describe(options::Info&) const {}  // a key has it, an option does not
};
inline Needs needs(std::string key, std::vector<std::string> values = {}) {
  return {{std::move(key), std::move(values)}};
}

/// What each option of a struct needs, in the order of its listing.
template <class O>
std::vector<std::vector<Need>> needs_of() {
  std::vector<std::vector<Need>> all;
  const auto field = [&all](std::string_view, const auto&, std::string_view, const auto&... more) {
    std::vector<Need> own;
    [[maybe_unused]] const auto take = [&own](const auto& each) {
      if constexpr (std::same_as<std::remove_cvref_t<decltype(each)>, Needs>) own.push_back(each.need);
    };
    (take(more), ...);
    all.push_back(std::move(own));
  };
  const O scratch{};
  options::Listing<O>::fields(scratch, field);
  return all;
}

/// The key of one option: "run.dir".
Key option_key(std::string_view table, const options::Info& info);
/// Takes the values that the configuration gives for the options; those of keys that it does not know keep
/// their defaults. Throws SettingError for a value that is not right, and for a required one that is missing.
void read_bound(const Config& config, std::string_view table, const std::vector<options::Bound>& options);

/// The keys of a struct, in the order of its listing.
template <class O>
std::vector<Key> keys_of() {
  std::vector<Key> keys;
  const std::vector<std::vector<Need>> needs = needs_of<O>();
  for (const options::Info& info : options::infos<O>()) {
    keys.push_back(option_key(O::table, info));
    keys.back().needs = needs[keys.size() - 1];
    keys.back().accept = [at = keys.size() - 1](const options::Value& value) {
      O scratch{};
      options::bind(scratch)[at].set(value);
    };
  }
  return keys;
}

/// All keys of these lists, one list after the other.
template <class... Lists>
std::vector<Key> joined(std::vector<Key> keys, const Lists&... lists) {
  (keys.insert(keys.end(), lists.begin(), lists.end()), ...);
  return keys;
}

/// The options that the configuration gives.
template <class O>
O read(const Config& config) {
  O made{};
  read_bound(config, O::table, options::bind(made));
  return made;
}

}  // namespace luge::experiment

namespace luge::options {

template <>
struct Type<experiment::AutoWhole> {
  static constexpr Kind kind = Kind::mixed;
  static Value get(const experiment::AutoWhole& member);
  static void set(experiment::AutoWhole& member, const Value& value);
};
template <>
struct Type<experiment::Bytes> {
  static constexpr Kind kind = Kind::text;
  static Value get(const experiment::Bytes& member) { return std::to_string(member.count); }
  static void set(experiment::Bytes& member, const Value& value);
};
template <>
struct Type<experiment::Separator> {
  static constexpr Kind kind = Kind::text;
  static void describe(Info& info) { info.takes = "one character, tab, or auto"; }
  static Value get(const experiment::Separator& member);
  static void set(experiment::Separator& member, const Value& value);
};

}  // namespace luge::options
