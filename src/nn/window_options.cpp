#include "nn/window_options.h"

#include <fmt/format.h>

namespace luge::options {
namespace {

constexpr std::pair<PaddingMode, const char*> kModes[] = {
    {PaddingMode::valid, "valid"}, {PaddingMode::same, "same"}, {PaddingMode::full, "full"}};

constexpr const char* kTakes =
    "valid, same, full, a whole number from 0, or all begins and then all ends of the spatial axes";

}  // namespace

Value Type<Padding>::get(const Padding& member) {
  for (const auto& [mode, name] : kModes) {
    if (mode == member.mode) return name;
  }
  if (member.begins.size() == 1 && member.begins == member.ends) return member.begins;
  std::vector<std::int64_t> all = member.begins;
  all.insert(all.end(), member.ends.begin(), member.ends.end());
  return all;
}

void Type<Padding>::set(Padding& member, const Value& value) {
  if (const auto* name = std::get_if<std::string>(&value)) {
    for (const auto& [mode, known] : kModes) {
      if (*name == known) member = mode;
    }
    return;
  }
  const auto& all = std::get<std::vector<std::int64_t>>(value);
  if (all.size() == 1) {
    member = all[0];
    return;
  }
  if (all.empty() || all.size() % 2 != 0) throw ValueError(fmt::format("expected {}", kTakes));
  const auto half = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  member = Padding({all.begin(), half}, {half, all.end()});
}

void Type<Padding>::describe(Info& info) {
  info.low = 0;
  info.takes = kTakes;
  info.choices = [] {
    std::vector<std::string> names;
    for (const auto& [mode, name] : kModes) names.emplace_back(name);
    return names;
  };
}

}  // namespace luge::options

namespace luge::nn {
namespace {

[[noreturn]] void refuse(std::string_view owner, std::string_view name, const std::string& problem) {
  throw options::OptionError(owner, options::OptionError(std::string(name), problem));
}

options::OptionError wrong_padding(std::size_t count, int spatial) {
  return {"padding", fmt::format("padding has {} numbers; expected 1 or {}: all begins, then all ends of the "
                                 "spatial axes",
                                 count, 2 * spatial)};
}

}  // namespace

void check_per_axis(std::string_view owner, std::string_view name, const PerAxis& option, int spatial,
                    bool may_be_empty) {
  const std::size_t count = option.values.size(), axes = static_cast<std::size_t>(spatial);
  if (count == 1 || count == axes || (count == 0 && may_be_empty)) return;
  refuse(owner, name,
         fmt::format("{} has {} numbers; expected 1{}", name, count,
                     spatial > 1 ? fmt::format(" or {}, one for each spatial axis", spatial) : ""));
}

void check_padding(std::string_view owner, const Padding& padding, int spatial) {
  if (padding.mode != PaddingMode::explicit_) return;
  const auto fits = [&](const std::vector<std::int64_t>& side) {
    return side.size() == 1 || side.size() == static_cast<std::size_t>(spatial);
  };
  if (fits(padding.begins) && fits(padding.ends)) return;
  throw options::OptionError(owner, wrong_padding(padding.begins.size() + padding.ends.size(), spatial));
}

void check_padding_text(const Padding& padding, int spatial) {
  const bool two =
      padding.mode == PaddingMode::explicit_ && padding.begins.size() == 1 && padding.begins != padding.ends;
  if (two && spatial > 1) throw wrong_padding(2, spatial);
}

Padding for_each_axis(const Padding& padding, int spatial) {
  if (padding.mode != PaddingMode::explicit_ || padding.begins == padding.ends) return padding;
  const auto all = [&](const std::vector<std::int64_t>& side) {
    return side.size() == 1 ? std::vector<std::int64_t>(static_cast<std::size_t>(spatial), side[0]) : side;
  };
  return Padding(all(padding.begins), all(padding.ends));
}

}  // namespace luge::nn
