#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "cli/toml_file.h"
#include "core/nearest.h"

namespace luge::cli {
namespace {

std::string last_part(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

bool stands_alone(const std::vector<Key>& keys, const std::string& part) {
  return part != "name" && std::count_if(keys.begin(), keys.end(),
                                         [&](const Key& key) { return last_part(key.name) == part; }) == 1;
}

template <class T>
std::optional<T> parse(std::string_view text) {
  T value{};
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// What a person probably means by a key that is not there: what another program calls it, or how it is
// spelled.
std::string meant(const std::vector<Key>& keys, std::string_view name,
                  const std::vector<std::string>& names) {
  const std::string_view part = name.substr(name.rfind('.') + 1);  // npos + 1 is 0
  for (const Key& key : keys) {
    std::vector<std::string> others = key.elsewhere;
    others.insert(others.end(), key.aliases.begin(), key.aliases.end());
    if (stands_alone(keys, last_part(key.name))) others.push_back(last_part(key.name));
    for (const std::string& other : others) {
      if (other != "name" && edit_distance(other, part) == 0)
        return fmt::format("; did you mean {}?", short_name(keys, key));
    }
  }
  for (const std::string_view device : {"device", "gpu", "cuda"}) {
    if (edit_distance(device, part) == 0)
      return "; there is nothing to choose: Luge computes on the processor";
  }
  return suggestion(name, names);
}

std::string without_dashes(const std::string& word) {
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

// The key that a word without one probably belongs to: a file is what is read, all else what comes first.
const Key& likely_key(const std::vector<Key>& keys, const std::string& word) {
  std::error_code error;
  if (std::filesystem::exists(word, error)) {
    for (const Key& key : keys) {
      if (key.name == "input" || key.name == "data.name") return key;
    }
  }
  return keys.front();
}

}  // namespace

std::string short_name(const std::vector<Key>& keys, const Key& key) {
  if (!key.aliases.empty()) return key.aliases.front();
  const std::string part = last_part(key.name);
  return stands_alone(keys, part) ? part : key.name;
}

Arguments::Arguments(std::string command, std::vector<Key> keys, int positional,
                     const std::vector<std::string>& words)
    : command_(std::move(command)), keys_(std::move(keys)) {
  keys_.push_back({"format", "text or json", "text"});
  std::optional<std::string> config;
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    if (word == "--json") {
      json_ = true;
    } else if (word.starts_with("config=") && find("train.epochs")) {
      config = word.substr(7);
    } else if (equals == 0) {
      throw Misuse(fmt::format("luge {}: '{}' has no key before the '='", command_, word));
    } else if (equals != std::string::npos) {
      set(std::string_view(word).substr(word.starts_with("--") ? 2 : 0,
                                        equals - (word.starts_with("--") ? 2 : 0)),
          word.substr(equals + 1), false);
    } else if (static_cast<int>(positional_.size()) < positional && !word.starts_with("-")) {
      positional_.push_back(word);
    } else {
      refuse_word(word, &word == &words.back() ? "" : *(&word + 1));
    }
  }
  if (config) read_file(*config);
  if (choice("format", {"text", "json"}) == "json") json_ = true;
}

void Arguments::refuse_word(const std::string& word, const std::string& next) const {
  const std::string bare = without_dashes(word);
  std::string how;
  if (word.starts_with("-")) {
    const bool value = find(bare) && !next.empty() && !next.starts_with("-") && next.find('=') == next.npos;
    std::vector<std::string> names = {"json"};
    for (const Key& key : keys_) names.push_back(short_name(keys_, key));
    how = value                              ? fmt::format("; write {}={}", bare, next)
          : find(bare)                       ? fmt::format("; write {}=VALUE", bare)
          : bare.empty()                     ? ""
          : edit_distance(bare, "json") <= 1 ? "; did you mean --json?"
                                             : meant(keys_, bare, names);
  } else if (keys_.size() > 1) {
    how = fmt::format("; write {}={}", short_name(keys_, likely_key(keys_, word)), word);
  }
  throw Misuse(fmt::format("luge {}: '{}' is not of the form key=value{}; luge {} help shows all keys",
                           command_, word, how, command_));
}

const Key* Arguments::find(std::string_view name) const {
  for (const Key& key : keys_) {
    if (key.name == name) return &key;
  }
  for (const Key& key : keys_) {
    for (const std::string& alias : key.aliases) {
      if (alias == name) return &key;
    }
  }
  for (const Key& key : keys_) {
    if (last_part(key.name) == name && stands_alone(keys_, last_part(key.name))) return &key;
    if (name.find('.') != std::string_view::npos && key.name.ends_with("." + std::string(name))) return &key;
  }
  return nullptr;
}

const Key& Arguments::require(std::string_view name) const {
  if (const Key* key = find(name)) return *key;
  std::vector<std::string> names;
  for (const Key& key : keys_) names.push_back(short_name(keys_, key));
  throw Misuse(fmt::format("luge {}: key '{}' is not known{}", command_, name, meant(keys_, name, names)));
}

std::string Arguments::shown(std::string_view name) const {
  const Key& key = require(name);
  const auto typed = typed_.find(key.name);
  return typed == typed_.end() ? short_name(keys_, key) : typed->second;
}

void Arguments::set(std::string_view name, std::string value, bool from_file) {
  const Key& key = require(name);
  if (value.empty() && !from_file) {
    throw Misuse(fmt::format("luge {}: {}= has no value; it is: {}", command_, name, key.help));
  }
  auto& into = from_file ? file_values_ : values_;
  if (!into.emplace(key.name, std::move(value)).second) {
    throw Misuse(fmt::format("luge {}: key '{}' is given twice", command_, name));
  }
  if (from_file) {
    typed_.emplace(key.name, name);
  } else {
    typed_[key.name] = name;  // what stands on the command line counts
  }
}

void Arguments::read_file(const std::string& path) {
  for (auto& [name, value] : read_toml(path)) {
    if (name.starts_with("about.")) continue;  // what a run directory's config.toml tells of its making
    if (!find(name)) {
      std::vector<std::string> names;
      for (const Key& key : keys_) names.push_back(key.name);
      throw Misuse(fmt::format("{}: key '{}' is not known{}", path, name, meant(keys_, name, names)));
    }
    set(name, std::move(value), true);
  }
}

bool Arguments::given(std::string_view name) const {
  const Key& key = require(name);
  return values_.contains(key.name) || file_values_.contains(key.name);
}

bool Arguments::has(std::string_view name) const { return given(name) || !require(name).fallback.empty(); }

std::string Arguments::text(std::string_view name) const {
  const Key& key = require(name);
  if (const auto found = values_.find(key.name); found != values_.end()) return found->second;
  if (const auto found = file_values_.find(key.name); found != file_values_.end()) return found->second;
  if (key.fallback.empty()) {
    throw Misuse(fmt::format("luge {}: {}= is missing: {}; luge {} help shows all keys", command_,
                             shown(name), key.help, command_));
  }
  return key.fallback;
}

void Arguments::misuse(std::string_view name, std::string_view expected) const {
  throw Misuse(fmt::format("luge {}: {}={}: expected {}", command_, shown(name), text(name), expected));
}

std::int64_t Arguments::integer(std::string_view name, std::int64_t least) const {
  const auto value = parse<std::int64_t>(text(name));
  if (!value || *value < least) misuse(name, fmt::format("a whole number from {}", least));
  return *value;
}

double Arguments::number(std::string_view name) const {
  const auto value = parse<double>(text(name));
  if (!value || !std::isfinite(*value)) misuse(name, "a number");
  return *value;
}

double Arguments::positive(std::string_view name) const {
  const double value = number(name);
  if (!(value > 0)) misuse(name, "a number above 0");
  return value;
}

double Arguments::not_negative(std::string_view name) const {
  const double value = number(name);
  if (!(value >= 0)) misuse(name, "a number, 0 or more");
  return value;
}

double Arguments::share(std::string_view name) const {
  const double value = number(name);
  if (!(value >= 0 && value < 1)) misuse(name, "a number, 0 or more and below 1");
  return value;
}

std::vector<std::string> Arguments::list(std::string_view name) const {
  const std::string all = text(name);
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= all.size();) {
    const std::size_t comma = std::min(all.find(',', at), all.size());
    parts.push_back(all.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

std::vector<std::int64_t> Arguments::integers(std::string_view name, std::int64_t least) const {
  std::vector<std::int64_t> all;
  for (const std::string& part : list(name)) {
    const auto value = parse<std::int64_t>(part);
    if (!value || *value < least)
      misuse(name, fmt::format("whole numbers from {} with commas between them", least));
    all.push_back(*value);
  }
  return all;
}

std::size_t Arguments::bytes(std::string_view name) const {
  constexpr std::pair<std::string_view, double> units[] = {
      {"", 1},     {"B", 1},        {"kB", 1e3},        {"MB", 1e6},
      {"GB", 1e9}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}};
  const std::string value = text(name);
  const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  const std::size_t digits = std::min(value.find_first_not_of("0123456789."), value.size());
  const auto count = parse<double>(value.substr(0, digits));
  for (const auto& [unit, factor] : units) {
    const std::string_view given = std::string_view(value).substr(digits);
    if (!std::equal(given.begin(), given.end(), unit.begin(), unit.end(), same)) continue;
    if (!count || !(*count * factor < 1e18)) continue;
    return static_cast<std::size_t>(*count * factor);
  }
  misuse(name, "a number of bytes such as 512MiB or 2GB");
}

bool Arguments::flag(std::string_view name) const {
  const std::string value = text(name);
  if (value == "true" || value == "yes" || value == "on" || value == "1") return true;
  if (value == "false" || value == "no" || value == "off" || value == "0") return false;
  misuse(name, "true or false");
}

std::string Arguments::choice(std::string_view name, const std::vector<std::string>& names) const {
  const std::string value = text(name);
  for (const std::string& known : names) {
    if (known == value) return value;
  }
  throw Misuse(
      fmt::format("luge {}: {}={} is not known{}", command_, shown(name), value, suggestion(value, names)));
}

std::map<std::string, std::string> Arguments::resolved() const {
  std::map<std::string, std::string> all;
  for (const Key& key : keys_) {
    if (key.name != "format" && has(key.name)) all[key.name] = text(key.name);
  }
  return all;
}

void Arguments::set_default(std::string_view name, std::string value) {
  const Key& key = require(name);
  if (!given(name)) file_values_[key.name] = std::move(value);
}

void Arguments::replace(std::string_view name, std::string value) {
  values_.insert_or_assign(require(name).name, std::move(value));
}

std::vector<std::int64_t> extents(std::string_view key, std::string_view text) {
  std::vector<std::int64_t> found;
  std::string_view rest = text;
  while (true) {
    const auto cut = rest.find('x');
    const auto value = parse<std::int64_t>(rest.substr(0, cut));
    if (!value || *value < 1) {
      throw Misuse(fmt::format("{}={}: expected extents such as 3x32x32", key, text));
    }
    found.push_back(*value);
    if (cut == std::string_view::npos) return found;
    rest.remove_prefix(cut + 1);
  }
}

}  // namespace luge::cli
