// The options that say how a window slides, as listings need them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "luge/ops/window.h"
#include "luge/options.h"

/// 3 or [3, 5].
template <>
struct luge::options::Type<luge::PerAxis> {
  static constexpr Kind kind = Kind::wholes;
  static Value get(const PerAxis& member) { return member.values; }
  static void set(PerAxis& member, const Value& value) {
    member.values = std::get<std::vector<std::int64_t>>(value);
  }
  static void describe(Info& info) {
    info.low = 1;
    info.takes = "a whole number from 1, or one for each spatial axis";
  }
};

/// zeros, replicate, reflect or circular.
template <>
struct luge::options::Names<luge::Border> {
  static constexpr std::pair<Border, const char*> all[] = {{Border::zeros, "zeros"},
                                                           {Border::replicate, "replicate"},
                                                           {Border::reflect, "reflect"},
                                                           {Border::circular, "circular"}};
};

/// "same", 1, or all begins, then all ends: [1, 0, 1, 2].
template <>
struct luge::options::Type<luge::Padding> {
  static constexpr Kind kind = Kind::mixed;
  static Value get(const Padding& member);
  static void set(Padding& member, const Value& value);
  static void describe(Info& info);
};

namespace luge::nn {

/// Throws OptionError, beginning with `owner`, when an option has neither one number nor one for each of
/// `spatial` axes. No number is right where `may_be_empty`.
void check_per_axis(std::string_view owner, std::string_view name, const PerAxis& option, int spatial,
                    bool may_be_empty = false);
/// Throws OptionError, beginning with `owner`, when explicit padding does not have one number, or one begin
/// and one end, for each of `spatial` axes.
void check_padding(std::string_view owner, const Padding& padding, int spatial);
/// Throws OptionError when padding that was given as text has one begin and another end for several axes.
void check_padding_text(const Padding& padding, int spatial);
/// The same padding, which has one begin and one end for each axis when they differ. Text says it so: [1, 2]
/// is right for one axis only.
Padding for_each_axis(const Padding& padding, int spatial);

}  // namespace luge::nn
