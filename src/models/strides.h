// The option "stride" of networks that give pictures back: one of a few numbers.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "luge/error.h"
#include "luge/options.h"

namespace luge::models {

/// One of these numbers; the first is the default.
template <std::int64_t... each>
struct OneNumber {
  static std::vector<std::int64_t> all() { return {each...}; }
  std::int64_t value = all().front();
};

}  // namespace luge::models

namespace luge::options {

template <std::int64_t... each>
struct Type<models::OneNumber<each...>> {
  using Number = models::OneNumber<each...>;
  static constexpr Kind kind = Kind::whole;
  static Value get(const Number& member) { return member.value; }
  static void set(Number& member, const Value& value) {
    const std::vector<std::int64_t> all = Number::all();
    if (std::find(all.begin(), all.end(), std::get<std::int64_t>(value)) == all.end())
      throw ValueError(fmt::format("expected one of {}", fmt::join(all, ", ")));
    member.value = std::get<std::int64_t>(value);
  }
  static void describe(Info& info) { info.takes = fmt::format("one of {}", fmt::join(Number::all(), ", ")); }
};

}  // namespace luge::options
