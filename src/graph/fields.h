// What an op's attribute struct lists once; printing, hashing, equality and serialization all come from it:
//
//   struct LayerNormAttributes {
//     std::int64_t axis = -1;
//     double epsilon = 1e-5;
//     static void fields(auto& self, auto&& field) { field("axis", self.axis); field("epsilon",
//     self.epsilon); }
//   };
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/inline_vector.h"
#include "luge/dtype.h"
#include "luge/error.h"
#include "luge/shape.h"

namespace luge {

using FieldValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;
using Fields = std::vector<std::pair<std::string, FieldValue>>;

struct NoAttributes {
  static void fields(auto&, auto&&) {}
};

namespace fields_detail {

// Members may be bool, int64_t, double, std::string, vector<int64_t>, Shape, DType and other enums.
template <class T>
FieldValue to_value(const T& member) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, double> || std::same_as<T, std::string> ||
                std::same_as<T, std::vector<std::int64_t>>) {
    return member;
  } else if constexpr (std::same_as<T, DType>) {
    return std::string(name(member));
  } else if constexpr (std::is_enum_v<T> || std::integral<T>) {
    return static_cast<std::int64_t>(member);
  } else {
    static_assert(std::same_as<T, Shape>, "not a type an attribute may have");
    return std::vector<std::int64_t>(member.begin(), member.end());
  }
}

DType dtype_named(std::string_view text);  // throws FormatError

// Not inline: gcc 12 sees an out-of-bounds copy in the short-string branch of a long constant name.
[[gnu::noinline]] inline void append(Fields& fields, std::string_view name, FieldValue value) {
  fields.emplace_back(std::string(name), std::move(value));
}

template <class T>
void from_value(T& member, const FieldValue& value, std::string_view field) {
  const auto need = [&]<class V>(std::type_identity<V>) -> const V& {
    const V* held = std::get_if<V>(&value);
    if (!held) throw FormatError("field '" + std::string(field) + "' has the wrong type");
    return *held;
  };
  if constexpr (std::same_as<T, double>) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      member = static_cast<double>(*whole);
    } else {
      member = need(std::type_identity<double>{});
    }
  } else if constexpr (std::same_as<T, bool> || std::same_as<T, std::string> ||
                       std::same_as<T, std::vector<std::int64_t>>) {
    member = need(std::type_identity<T>{});
  } else if constexpr (std::same_as<T, DType>) {
    member = dtype_named(need(std::type_identity<std::string>{}));
  } else if constexpr (std::is_enum_v<T> || std::integral<T>) {
    member = static_cast<T>(need(std::type_identity<std::int64_t>{}));
  } else {
    member = Shape(std::span<const std::int64_t>(need(std::type_identity<std::vector<std::int64_t>>{})));
  }
}

inline void mix(std::uint64_t& hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
  hash ^= hash >> 32;
}

}  // namespace fields_detail

template <class A>
Fields fields_of(const A& attributes) {
  Fields result;
  A::fields(attributes, [&](std::string_view name, const auto& member) {
    fields_detail::append(result, name, fields_detail::to_value(member));
  });
  return result;
}

/// The exact content of an attribute struct as 64-bit words: equal structs, equal words.
using FieldWords = InlineVector<std::uint64_t, 4>;

template <class A>
FieldWords words_of(const A& attributes) {
  FieldWords words;
  A::fields(attributes, [&]<class T>(std::string_view, const T& member) {
    if constexpr (std::same_as<T, double>) {
      words.push_back(std::bit_cast<std::uint64_t>(member));
    } else if constexpr (std::is_enum_v<T> || std::integral<T>) {
      words.push_back(static_cast<std::uint64_t>(member));
    } else {  // string, vector, Shape
      words.push_back(static_cast<std::uint64_t>(member.end() - member.begin()));
      for (const auto& element : member) words.push_back(static_cast<std::uint64_t>(element));
    }
  });
  return words;
}

/// Sets the members that `given` names; the others keep their defaults. Throws FormatError for an unknown
/// name.
template <class A>
A attributes_from(const Fields& given) {
  A result;
  std::size_t used = 0;
  A::fields(result, [&](std::string_view name, auto& member) {
    for (const auto& [key, value] : given) {
      if (key == name) fields_detail::from_value(member, value, name), ++used;
    }
  });
  if (used != given.size()) throw FormatError("an attribute is not known to this version");
  return result;
}

}  // namespace luge
