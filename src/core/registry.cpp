#include "core/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/nearest.h"

namespace luge {
namespace {

std::vector<const Family*>& all() {
  static auto& list = *new std::vector<const Family*>;
  return list;
}

}  // namespace

Family::Family(FamilyNames names) : called_(std::move(names)) {
  const auto at =
      std::lower_bound(all().begin(), all().end(), called_.many,
                       [](const Family* family, const auto& many) { return family->called().many < many; });
  all().insert(at, this);
}

std::string Family::table(std::string_view member) const {
  if (called_.options_of_each.empty()) return called_.key.substr(0, called_.key.find('.'));
  return member.empty() ? called_.options_of_each : fmt::format("{}.{}", called_.options_of_each, member);
}

void Family::refuse(std::string_view name) const {
  const std::vector<std::string> known = names();
  const std::vector<std::string> similar = nearest(name, known, 1);
  throw ValueError(fmt::format("no {} is called '{}'{}; there are {}", called_.one, name,
                               similar.empty() ? "" : fmt::format("; did you mean {}?", similar.front()),
                               fmt::join(known, ", ")));
}

options::Values Family::parsed(const NamedText& given, const std::vector<options::Info>& options) const {
  options::Values values;
  for (const auto& [name, text] : given.options) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const options::Info& info) { return info.name == name; });
    try {
      values.emplace_back(name, found == options.end() ? options::Value(text) : found->parse(text));
    } catch (const options::OptionError& error) {
      throw options::OptionError(fmt::format("{} {}", called_.one, given.name), error);
    }
  }
  return values;
}

void Family::rethrow(const options::OptionError& error, const Member& member) const {
  const std::string owner = fmt::format("{} {}", called_.one, member.name);
  const auto has = [&](const Member& one) {
    return std::any_of(one.options.begin(), one.options.end(),
                       [&](const options::Info& info) { return info.name == error.option(); });
  };
  std::vector<std::string> others;
  // The error of something that the member is made of, such as the loss of a task, is not about its options.
  if (std::string_view(error.what()).starts_with(owner + ": ") && !has(member)) {
    for (const std::string& name : names()) {
      if (has(this->member(name))) others.push_back(name);
    }
  }
  if (others.empty()) throw error;
  std::string listed = others.back();  // "a, b and c"
  if (others.size() > 1)
    listed = fmt::format("{} and {}", fmt::join(others.begin(), others.end() - 1, ", "), others.back());
  throw options::OptionError(
      owner, options::OptionError(error.option(), fmt::format("{}; {} {} it", error.problem(), listed,
                                                              others.size() == 1 ? "has" : "have")));
}

std::vector<const Family*> families() { return all(); }

const Family* find_family(std::string_view name) {
  for (const Family* family : all()) {
    if (family->called().one == name || family->called().many == name) return family;
  }
  return nullptr;
}

}  // namespace luge
