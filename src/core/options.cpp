#include "luge/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/nearest.h"
#include "core/number.h"

namespace luge::options {
namespace {

constexpr std::size_t kMostListed = 12;  // of choices in a sentence

bool is_nothing(const Value& value) { return std::holds_alternative<std::monostate>(value); }

std::string range_of(const Info& info, bool whole) {
  if (info.low && info.high && !info.above_low && !info.below_high)
    return fmt::format(" from {} to {}", *info.low, *info.high);
  std::string text;
  if (info.low) {
    text = whole && !info.above_low ? fmt::format(" from {}", *info.low)
           : info.above_low         ? fmt::format(" above {}", *info.low)
                                    : fmt::format(", {} or more", *info.low);
  }
  if (info.high)
    text += fmt::format("{} {} {}", text.empty() ? "" : " and", info.below_high ? "below" : "at most",
                        *info.high);
  return text;
}

std::string choice_list(const std::vector<std::string>& names) {
  if (names.size() <= kMostListed) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{}, … ({} in all)", fmt::join(names.begin(), names.begin() + kMostListed, ", "),
                     names.size());
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  if (trimmed(text).empty()) return parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    parts.push_back(trimmed(text.substr(at, comma - at)));
    at = comma + 1;
  }
  return parts;
}

std::optional<std::int64_t> whole_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

template <class T, class Read>
std::optional<std::vector<T>> list_of(std::string_view text, Read read) {
  std::vector<T> all;
  for (const std::string_view part : parts_of(text)) {
    const auto value = read(part);
    if (!value) return std::nullopt;
    all.push_back(*value);
  }
  return all;
}

// The whole number that a value is, if it is one.
std::optional<std::int64_t> as_whole(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  const auto* number = std::get_if<double>(&value);
  if (number && std::floor(*number) == *number && std::abs(*number) < 0x1p53)
    return static_cast<std::int64_t>(*number);
  return std::nullopt;
}
std::optional<double> as_number(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return std::nullopt;
}

// The value as one of the kind; nothing when it is not one.
std::optional<Value> converted(Kind kind, const Value& value) {
  switch (kind) {
    case Kind::flag:
      if (std::holds_alternative<bool>(value)) return value;
      break;
    case Kind::whole:
      if (const auto whole = as_whole(value)) return Value(*whole);
      break;
    case Kind::number:
      if (const auto number = as_number(value)) return Value(*number);
      break;
    case Kind::text:
      if (std::holds_alternative<std::string>(value)) return value;
      break;
    case Kind::wholes:
      if (const auto whole = as_whole(value)) return Value(std::vector{*whole});
      if (std::holds_alternative<std::vector<std::int64_t>>(value)) return value;
      if (const auto* numbers = std::get_if<std::vector<double>>(&value)) {
        std::vector<std::int64_t> all;
        for (const double number : *numbers) {
          const auto whole = as_whole(Value(number));
          if (!whole) return std::nullopt;
          all.push_back(*whole);
        }
        return Value(std::move(all));
      }
      break;
    case Kind::numbers:
      if (const auto number = as_number(value)) return Value(std::vector{*number});
      if (std::holds_alternative<std::vector<double>>(value)) return value;
      if (const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value))
        return Value(std::vector<double>(wholes->begin(), wholes->end()));
      break;
    case Kind::texts:
      if (const auto* text = std::get_if<std::string>(&value)) return Value(std::vector{*text});
      if (std::holds_alternative<std::vector<std::string>>(value)) return value;
      break;
    case Kind::mixed:
      if (std::holds_alternative<std::string>(value)) return value;
      return converted(Kind::wholes, value);
  }
  // An empty list of a TOML file or of JSON has no kind of its own.
  const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value);
  if (kind == Kind::texts && wholes && wholes->empty()) return Value(std::vector<std::string>());
  return std::nullopt;
}

bool within(const Info& info, double number) {
  if (!std::isfinite(number)) return false;
  if (info.low && (info.above_low ? number <= *info.low : number < *info.low)) return false;
  return !info.high || (info.below_high ? number < *info.high : number <= *info.high);
}

bool in_range(const Info& info, const Value& value) {
  return std::visit(
      [&]<class T>(const T& own) {
        if constexpr (std::same_as<T, std::int64_t> || std::same_as<T, double>) {
          return within(info, static_cast<double>(own));
        } else if constexpr (std::same_as<T, std::vector<std::int64_t>> ||
                             std::same_as<T, std::vector<double>>) {
          return std::all_of(own.begin(), own.end(),
                             [&](auto each) { return within(info, static_cast<double>(each)); });
        } else {
          return true;
        }
      },
      value);
}

// The text that is not among the choices, if there is one.
std::optional<std::string> not_a_choice(const Info& info, const Value& value) {
  if (!info.choices) return std::nullopt;
  const std::vector<std::string> names = info.choices();
  const auto is_known = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (const auto* text = std::get_if<std::string>(&value))
    return is_known(*text) ? std::nullopt : std::optional(*text);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    for (const std::string& each : *texts) {
      if (!is_known(each)) return each;
    }
  }
  return std::nullopt;
}

// As a person wrote it: one number for a list of one, but not where no list was expected.
std::string shown(const Value& value, Kind expected) {
  const bool texts = std::holds_alternative<std::vector<std::string>>(value);
  if (std::holds_alternative<std::string>(value) || texts) return fmt::format("'{}'", text(value));
  const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value);
  const auto* numbers = std::get_if<std::vector<double>>(&value);
  const std::size_t count = wholes ? wholes->size() : numbers ? numbers->size() : 0;
  const bool one = expected == Kind::whole || expected == Kind::number || expected == Kind::flag;
  if ((wholes || numbers) && (count != 1 || one)) return fmt::format("[{}]", text(value));
  return is_nothing(value) ? "nothing" : text(value);
}

std::vector<std::string> names_of(const std::vector<Bound>& options) {
  std::vector<std::string> names;
  for (const Bound& each : options) names.push_back(each.info.name);
  return names;
}

[[noreturn]] void refuse_name(std::string_view owner, const std::vector<Bound>& options,
                              const std::string& name) {
  for (const Bound& each : options) {
    const auto& other = each.info.elsewhere;
    if (std::find(other.begin(), other.end(), name) != other.end()) {
      throw OptionError(owner, OptionError(name, fmt::format("there is no option '{}'; did you mean {}?",
                                                             name, each.info.name)));
    }
  }
  const std::vector<std::string> names = names_of(options);
  throw OptionError(
      owner, OptionError(name, names.empty() ? fmt::format("there is no option '{}'; there are none", name)
                                             : fmt::format("there is no option '{}'{}", name,
                                                           suggestion(name, names))));
}

}  // namespace

OptionError::OptionError(std::string_view owner, const OptionError& error)
    : ValueError(fmt::format("{}: {}", owner, error.problem())),
      option_(error.option()),
      problem_(error.problem()) {}

std::string Info::expected() const {
  if (!takes.empty()) return takes;
  if (choices) {
    const std::string list = choice_list(choices());
    return kind == Kind::texts ? fmt::format("some of {}", list) : fmt::format("one of {}", list);
  }
  switch (kind) {
    case Kind::flag: return "true or false";
    case Kind::whole: return "a whole number" + range_of(*this, true);
    case Kind::number: return "a number" + range_of(*this, false);
    case Kind::text: return "text";
    case Kind::wholes: return fmt::format("whole numbers{}, with commas between them", range_of(*this, true));
    case Kind::numbers: return fmt::format("numbers{}, with commas between them", range_of(*this, false));
    case Kind::texts: return "names with commas between them";
    case Kind::mixed: return "text or whole numbers";
  }
  return "";
}

Value Info::parse(std::string_view text) const {
  const auto refuse = [&] {
    throw OptionError(name, fmt::format("{} is '{}'; expected {}", name, text, expected()));
  };
  const auto kept = [&](const auto& value) -> Value {
    if (!value) refuse();
    return *value;
  };
  // A list may be written as in TOML: [256, 128].
  const bool is_list =
      kind == Kind::wholes || kind == Kind::numbers || kind == Kind::texts || kind == Kind::mixed;
  if (is_list && text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  switch (kind) {
    case Kind::flag:
      if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
      if (text != "false" && text != "no" && text != "off" && text != "0") refuse();
      return false;
    case Kind::whole: return kept(whole_of(text));
    case Kind::number: return kept(parse_number(text));
    case Kind::text: return std::string(text);
    case Kind::wholes: return kept(list_of<std::int64_t>(text, whole_of));
    case Kind::numbers: return kept(list_of<double>(text, parse_number));
    case Kind::texts:
      return kept(
          list_of<std::string>(text, [](std::string_view part) { return std::optional<std::string>(part); }));
    case Kind::mixed:
      if (auto wholes = list_of<std::int64_t>(text, whole_of); wholes && !wholes->empty())
        return *std::move(wholes);
      return std::string(text);
  }
  return {};
}

Value Info::checked(const Value& value) const {
  if (is_nothing(value) && !required && is_nothing(fallback)) return value;
  const std::optional<Value> own = converted(kind, value);
  if (!own || !in_range(*this, *own))
    throw OptionError(name, fmt::format("{} is {}; expected {}", name, shown(value, kind), expected()));
  if (const auto wrong = not_a_choice(*this, *own))
    throw OptionError(name, fmt::format("{} is '{}'{}", name, *wrong, suggestion(*wrong, choices())));
  return *own;
}

std::string text(const Value& value) {
  return std::visit(
      []<class T>(const T& own) -> std::string {
        if constexpr (std::same_as<T, std::monostate>) {
          return "";
        } else if constexpr (std::same_as<T, std::string>) {
          return own;
        } else if constexpr (std::same_as<T, bool> || std::same_as<T, std::int64_t> ||
                             std::same_as<T, double>) {
          return fmt::format("{}", own);
        } else {
          return fmt::format("{}", fmt::join(own, ","));
        }
      },
      value);
}

OneOf one_of(std::vector<std::string> names) {
  return {[names = std::move(names)] { return names; }};
}

void Range::describe(Info& info) const {
  info.low = low;
  info.high = high;
  info.above_low = above_low;
  info.below_high = below_high;
}

void set_bound(std::string_view owner, const std::vector<Bound>& options, const Values& values) {
  for (const auto& [name, value] : values) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const Bound& each) { return each.info.name == name; });
    if (found == options.end()) refuse_name(owner, options, name);
    try {
      Info info = found->info;
      info.fallback = found->get();  // nothing is right where the default is nothing
      found->set(info.checked(value));
    } catch (const OptionError& error) {
      throw OptionError(owner, error);
    } catch (const ValueError& error) {  // what Type<T>::set finds
      throw OptionError(owner, OptionError(name, fmt::format("{} is {}: {}", name,
                                                             shown(value, found->info.kind), error.what())));
    }
  }
  for (const Bound& each : options) {
    const bool given =
        std::any_of(values.begin(), values.end(), [&](const auto& v) { return v.first == each.info.name; });
    if (!each.info.required || given) continue;
    throw OptionError(
        owner, OptionError(each.info.name, fmt::format("{} is missing: {}", each.info.name, each.info.help)));
  }
}

void check_bound(std::string_view owner, const std::vector<Bound>& options) {
  for (const Bound& each : options) {
    const Value value = each.get();
    if (is_nothing(value)) continue;
    try {
      each.info.checked(value);
    } catch (const OptionError& error) {
      throw OptionError(owner, error);
    }
  }
}

Values values_of(const std::vector<Bound>& options) {
  Values values;
  for (const Bound& each : options) values.emplace_back(each.info.name, each.get());
  return values;
}

Values changed_from(const std::vector<Bound>& defaults, const std::vector<Bound>& options) {
  Values values;
  for (std::size_t k = 0; k < options.size(); ++k) {
    if (Value value = options[k].get(); value != defaults[k].get())
      values.emplace_back(options[k].info.name, std::move(value));
  }
  return values;
}

}  // namespace luge::options
