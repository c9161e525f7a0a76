// Options: structs of settings that list their members once. Reading from text, checks, help, JSON, TOML and
// the keys of the shell come from that listing.
//
//   struct FocalOptions {
//     double gamma = 2;
//     bool balanced = false;
//     static void fields(auto& self, auto&& field) {
//       field("gamma", self.gamma, "how much less easy samples count", options::at_least(0));
//       field("balanced", self.balanced, "give each class the same share of the loss");
//     }
//   };
//   const bool added = loss::add("focal", "the cross-entropy of hard samples",
//                                [](const FocalOptions& o) { return focal(o); });
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "luge/error.h"

namespace luge::options {

/// What an option takes.
enum class Kind : std::uint8_t {
  flag,     ///< true or false
  whole,    ///< a whole number
  number,   ///< a number
  text,     ///< text
  wholes,   ///< a list of whole numbers; one number is a list of one
  numbers,  ///< a list of numbers; one number is a list of one
  texts,    ///< a list of texts; one text is a list of one
  mixed     ///< a text, or whole numbers, such as the padding of a convolution
};

/// The value of an option. Nothing (std::monostate) is the value of a std::optional member that has none.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::int64_t>,
                           std::vector<double>, std::vector<std::string>>;
/// Values of options by name, such as {{"momentum", 0.8}, {"nesterov", true}}.
using Values = std::vector<std::pair<std::string, Value>>;

/// One option, for lists, help and checks.
struct Info {
  std::string name;                                        ///< the name, such as "momentum"
  std::string help;                                        ///< one line
  Kind kind = Kind::text;                                  ///< what it takes
  Value fallback = {};                                     ///< the default; nothing: there is none
  bool required = false;                                   ///< it must be given
  std::optional<double> low = {};                          ///< the smallest number, if there is one
  std::optional<double> high = {};                         ///< the largest number, if there is one
  bool above_low = false;                                  ///< `low` itself is too small
  bool below_high = false;                                 ///< `high` itself is too large
  std::function<std::vector<std::string>()> choices = {};  ///< the texts that it takes; empty: any
  std::string takes = {};                   ///< what it takes, where kind, limits and choices do not say it
  std::vector<std::string> aliases = {};    ///< short names that the shell takes, such as "lr"
  std::vector<std::string> elsewhere = {};  ///< names of other programs, which errors understand

  /// Returns what it takes, such as "a whole number from 1" or "a number, 0 or more and below 1".
  std::string expected() const;
  /// Returns a value from text, such as "0.5" or "256,128". Throws OptionError when it is not one.
  Value parse(std::string_view text) const;
  /// Returns the value as one of its kind: 3 for 3.0, and a list for one number. Throws OptionError when it
  /// is not of its kind or out of range. Nothing is right for an option whose default is nothing.
  Value checked(const Value& value) const;
};

/// An option that does not exist, is missing, or has a value of a wrong kind or out of range.
class OptionError : public ValueError {
 public:
  /// Makes an error about one option. `problem` is the sentence without the name of its owner.
  OptionError(std::string option, std::string problem)
      : ValueError(problem), option_(std::move(option)), problem_(std::move(problem)) {}
  /// Makes the same error with the name of the owner before it: "loss focal: gamma is -1; expected …".
  OptionError(std::string_view owner, const OptionError& error);
  /// Returns the name of the option.
  const std::string& option() const { return option_; }
  /// Returns what is wrong, without the owner.
  const std::string& problem() const { return problem_; }

 private:
  std::string option_, problem_;
};

/// Returns a value as text that parse reads: "0.5", "256,128", "true".
std::string text(const Value& value);
/// Returns a name with values as the text of which things are made by name:
/// "normal(mean=0,deviation=0.02)"; without values, the name alone.
std::string text(std::string_view name, const Values& values);
/// Returns values as a JSON object.
std::string to_json(const Values& values);
/// Returns the values of a JSON object. Throws FormatError, beginning with `owner`, when the text is not one
/// or holds something that no option takes.
Values from_json(std::string_view owner, std::string_view json);

/// Limits of a number, in a listing: at_least(0).below(1).
struct Range {
  std::optional<double> low = {};   ///< the smallest number
  std::optional<double> high = {};  ///< the largest number
  bool above_low = false;           ///< without `low` itself
  bool below_high = false;          ///< without `high` itself
  /// Returns the range with a largest number.
  Range at_most(double limit) const { return {low, limit, above_low, false}; }
  /// Returns the range with a limit that is itself too large.
  Range below(double limit) const { return {low, limit, above_low, true}; }
  /// Internal: writes the range into an Info.
  void describe(Info& info) const;
};
/// A number from this one on.
inline Range at_least(double limit) { return {limit, {}, false, false}; }
/// A number larger than this one.
inline Range above(double limit) { return {limit, {}, true, false}; }
/// A number from `low` to `high`.
inline Range within(double low, double high) { return {low, high, false, false}; }

/// The texts that an option takes, in a listing.
struct OneOf {
  std::function<std::vector<std::string>()> names;  ///< returns them
  /// Internal: writes them into an Info.
  void describe(Info& info) const { info.choices = names; }
};
/// One of these texts.
OneOf one_of(std::vector<std::string> names);
/// One of the texts that a function returns, such as loss::names.
inline OneOf one_of(std::vector<std::string> (*names)()) { return {names}; }

/// The option must be given.
struct Required {
  /// Internal: writes it into an Info.
  void describe(Info& info) const { info.required = true; }
};
inline constexpr Required required{};  ///< in a listing: the option must be given

/// Short names of an option in the shell, in a listing: also({"lr"}).
struct Also {
  std::vector<std::string> names;  ///< the names
  /// Internal: writes them into an Info.
  void describe(Info& info) const { info.aliases = names; }
};
/// Short names of an option, such as "lr" for the learning rate.
inline Also also(std::vector<std::string> names) { return {std::move(names)}; }

/// What other programs call an option, in a listing: errors name the option to people who type it.
struct Elsewhere {
  std::vector<std::string> names;  ///< the names
  /// Internal: writes them into an Info.
  void describe(Info& info) const { info.elsewhere = names; }
};
/// Names of other programs, such as "alpha" for the learning rate.
inline Elsewhere elsewhere(std::vector<std::string> names) { return {std::move(names)}; }

/// What it takes in words, in a listing, where the kind does not say it: takes("extents such as 1x28x28").
struct Takes {
  std::string words;  ///< the words
  /// Internal: writes them into an Info.
  void describe(Info& info) const { info.takes = words; }
};
/// What an option takes, in words.
inline Takes takes(std::string words) { return {std::move(words)}; }

/// How a member of type T is read and written. Specialize it for types of your own: a constant `kind`, `get`
/// and `set`; `set` gets a value that Info::checked returned and may throw ValueError.
template <class T>
struct Type;

/// true or false.
template <>
struct Type<bool> {
  static constexpr Kind kind = Kind::flag;          ///< true or false
  static Value get(bool member) { return member; }  ///< returns the value
  static void set(bool& member, const Value& value) { member = std::get<bool>(value); }  ///< takes a value
};
/// A whole number.
template <std::integral T>
struct Type<T> {
  static constexpr Kind kind = Kind::whole;                                 ///< a whole number
  static Value get(T member) { return static_cast<std::int64_t>(member); }  ///< returns the value
  static void set(T& member, const Value& value) {
    member = static_cast<T>(std::get<std::int64_t>(value));
  }  ///< takes a value
};
/// A number.
template <std::floating_point T>
struct Type<T> {
  static constexpr Kind kind = Kind::number;                          ///< a number
  static Value get(T member) { return static_cast<double>(member); }  ///< returns the value
  static void set(T& member, const Value& value) {
    member = static_cast<T>(std::get<double>(value));
  }  ///< takes a value
};
/// A text.
template <>
struct Type<std::string> {
  static constexpr Kind kind = Kind::text;                        ///< a text
  static Value get(const std::string& member) { return member; }  ///< returns the value
  static void set(std::string& member, const Value& value) {
    member = std::get<std::string>(value);
  }  ///< takes a value
};
/// A list of whole numbers, numbers or texts.
template <class T>
struct Type<std::vector<T>> {
  /// What its elements are.
  using Each = std::conditional_t<std::integral<T>, std::int64_t,
                                  std::conditional_t<std::floating_point<T>, double, std::string>>;
  static constexpr Kind kind = std::integral<T>         ? Kind::wholes
                               : std::floating_point<T> ? Kind::numbers
                                                        : Kind::texts;  ///< a list
  static Value get(const std::vector<T>& member) {
    return std::vector<Each>(member.begin(), member.end());
  }  ///< returns the value
  static void set(std::vector<T>& member, const Value& value) {
    member.clear();
    for (const Each& each : std::get<std::vector<Each>>(value)) member.push_back(static_cast<T>(each));
  }  ///< takes a value
};
/// A member that may have no value.
template <class T>
struct Type<std::optional<T>> {
  static constexpr Kind kind = Type<T>::kind;  ///< that of its value
  static Value get(const std::optional<T>& member) {
    return member ? Type<T>::get(*member) : Value();
  }  ///< returns the value, or nothing
  static void set(std::optional<T>& member, const Value& value) {
    member.reset();
    if (!std::holds_alternative<std::monostate>(value)) Type<T>::set(member.emplace(), value);
  }  ///< takes a value
};
/// The names of an enumeration. Specialize it so that members of the type E can be listed:
///
///     template <>
///     struct luge::options::Names<Fan> {
///       static constexpr std::pair<Fan, const char*> all[] = {{Fan::in, "in"}, {Fan::out, "out"}};
///     };
template <class E>
struct Names;
/// One of several names.
template <class E>
requires std::is_enum_v<E>
struct Type<E> {
  static constexpr Kind kind = Kind::text;  ///< a text
  /// Returns the name.
  static Value get(E member) {
    for (const auto& [value, name] : Names<E>::all) {
      if (value == member) return std::string(name);
    }
    return {};
  }
  /// Takes a name.
  static void set(E& member, const Value& given) {
    for (const auto& [value, name] : Names<E>::all) {
      if (std::get<std::string>(given) == name) member = value;
    }
  }
  /// Returns all names.
  static std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& [value, name] : Names<E>::all) all.emplace_back(name);
    return all;
  }
};

/// The listing of an options struct: its static member function fields. Specialize it to list a struct
/// elsewhere.
template <class O>
struct Listing {
  /// Calls `field(name, member, help, …)` for each option.
  static void fields(auto& self, auto&& field) { O::fields(self, field); }
};

/// Internal: an option of one object.
struct Bound {
  Info info;                              ///< what it is
  std::function<Value()> get;             ///< returns its value
  std::function<void(const Value&)> set;  ///< takes a value that was checked; empty for a const object
};

/// Internal: the options of an object, which must live longer.
template <class O>
std::vector<Bound> bind(O& object) {
  std::vector<Bound> all;
  const auto field = [&all]<class T>(std::string_view name, T& member, std::string_view help,
                                     const auto&... more) {
    using Member = std::remove_const_t<T>;
    Bound bound{.info = {.name = std::string(name), .help = std::string(help), .kind = Type<Member>::kind},
                .get = [&member] { return Type<Member>::get(member); },
                .set = {}};
    if constexpr (std::is_enum_v<Member>) bound.info.choices = Type<Member>::names;
    if constexpr (std::unsigned_integral<Member> && !std::same_as<Member, bool>) bound.info.low = 0;
    if constexpr (requires { Type<Member>::describe(bound.info); }) Type<Member>::describe(bound.info);
    (more.describe(bound.info), ...);
    if constexpr (!std::is_const_v<T>)
      bound.set = [&member](const Value& value) { Type<Member>::set(member, value); };
    all.push_back(std::move(bound));
  };
  Listing<std::remove_const_t<O>>::fields(object, field);
  return all;
}

/// Internal: what the functions below do for the options of one object.
void set_bound(std::string_view owner, const std::vector<Bound>& options, const Values& values);
void check_bound(std::string_view owner, const std::vector<Bound>& options);                 ///< Internal.
Values values_of(const std::vector<Bound>& options);                                         ///< Internal.
Values changed_from(const std::vector<Bound>& defaults, const std::vector<Bound>& options);  ///< Internal.

/// Returns the options of a struct; the defaults are those of `defaults`.
template <class O>
std::vector<Info> infos(const O& defaults = {}) {
  std::vector<Info> all;
  for (Bound& each : bind(defaults)) {
    each.info.fallback = each.get();
    all.push_back(std::move(each.info));
  }
  return all;
}
/// Sets the options that are named; the others stay. Throws OptionError, beginning with `owner`, for a name
/// that does not exist, a value that is not right, and a required option that is missing; then nothing is
/// set.
template <class O>
void set(std::string_view owner, O& object, const Values& values) {
  O changed = object;
  set_bound(owner, bind(changed), values);
  object = std::move(changed);
}
/// Throws OptionError, beginning with `owner`, for the first value that is out of range.
template <class O>
void check(std::string_view owner, const O& object) {
  check_bound(owner, bind(object));
}
/// Returns the values of all options.
template <class O>
Values get(const O& object) {
  return values_of(bind(object));
}
/// Returns the values that are not the defaults.
template <class O>
Values changed(const O& object) {
  const O defaults{};
  return changed_from(bind(defaults), bind(object));
}

/// Internal: the first parameter of a function.
template <class F>
struct FirstParameter : FirstParameter<decltype(&F::operator())> {};
/// Internal: the first parameter of a function.
template <class R, class A, class... Rest>
struct FirstParameter<R (*)(A, Rest...)> {
  using type = std::remove_cvref_t<A>;  ///< the type
};
/// Internal: the first parameter of a function.
template <class C, class R, class A, class... Rest>
struct FirstParameter<R (C::*)(A, Rest...) const> {
  using type = std::remove_cvref_t<A>;  ///< the type
};

/// Makes things of one kind from values of their options. It is made from a function that takes an options
/// struct, then the context; a function may leave out either.
template <class Made, class... Context>
class Maker {
 public:
  /// Makes it from a function. A registry takes such a function in place of a Maker.
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Maker>) Maker(F function) {
    if constexpr (std::invocable<F, Context...> || std::invocable<F>) {
      make_ = [function](std::string_view owner, const Values& values, Context... context) -> Made {
        set_bound(owner, {}, values);
        if constexpr (std::invocable<F, Context...>) {
          return function(context...);
        } else {
          return function();
        }
      };
    } else {
      using O = typename FirstParameter<F>::type;
      options_ = infos<O>();
      make_ = [function](std::string_view owner, const Values& values, Context... context) -> Made {
        O options{};
        options::set(owner, options, values);
        if constexpr (std::invocable<F, const O&, Context...>) {
          return function(options, context...);
        } else {
          return function(options);
        }
      };
    }
  }
  /// Makes it from a maker of something that becomes what this one makes.
  template <class Other>
  requires(!std::same_as<Other, Made> && std::convertible_to<Other, Made>)
      Maker(const Maker<Other, Context...>& other)
      : options_(other.options()),
        make_([other](std::string_view owner, const Values& values, Context... context) -> Made {
          return other(owner, values, context...);
        }) {}
  /// Returns the options.
  const std::vector<Info>& options() const { return options_; }
  /// Makes the thing. Throws OptionError, beginning with `owner`, for options that are not right.
  Made operator()(std::string_view owner, const Values& values, Context... context) const {
    return make_(owner, values, context...);
  }

 private:
  std::vector<Info> options_;
  std::function<Made(std::string_view, const Values&, Context...)> make_;
};

}  // namespace luge::options
