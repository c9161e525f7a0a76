#include "cli/explain/explainer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/families.h"
#include "cli/output.h"
#include "experiment/option_keys.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Explainer>& registry() {
  static auto& all = *new std::vector<Explainer>;
  return all;
}

const Explainer* explainer_of(const std::string& kind) {
  for (const Explainer& one : explainers()) {
    if (one.kind == kind) return &one;
  }
  return nullptr;
}

Key key_of(const std::string& kind, const std::string& help) {
  options::Info info{.name = kind, .help = help, .kind = options::Kind::texts};
  info.takes = "names with commas between them";
  Key key{.name = kind, .help = help};
  key.info = std::move(info);
  return key;
}

// The parts between commas, where these are not in brackets or quotation marks, as in "elu(alpha=2),relu".
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted) depth += (c == '(' || c == '[') - (c == ')' || c == ']');
    if (c == ',' && depth == 0 && !quoted) {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

// The kinds that can be explained, each with its key.
std::vector<Key> kind_keys() {
  std::vector<Key> keys;
  for (const Family* family : families()) {
    const FamilyNames& called = family->called();
    keys.push_back(key_of(
        called.one, fmt::format("what it is, such as {}={} (luge list {})", called.one,
                                family->names().empty() ? "NAME" : family->names().front(), called.many)));
  }
  for (const Explainer& one : explainers()) {
    if (!find_family(one.kind)) keys.push_back(key_of(one.kind, one.help));
  }
  return keys;
}

// The kind that the words are about.
std::string kind_of(const Arguments& arguments) {
  std::vector<std::string> given;
  for (const Key& key : kind_keys()) {
    if (arguments.given(key.name)) given.push_back(key.name);
  }
  if (given.size() == 1) return given.front();
  throw Misuse(fmt::format("luge explain: one kind at a time, not {}", fmt::join(given, " and ")));
}

void check_options(const Arguments& arguments, const std::string& kind, const Explainer* explainer) {
  for (const options::Info& option : options::infos<ExplainOptions>()) {
    if (!arguments.given(option.name)) continue;
    const auto takes = [&](const Explainer& one) {
      return option.name == "to" ? one.kind != ""
                                 : std::ranges::find(one.takes, option.name) != one.takes.end();
    };
    if (explainer && takes(*explainer)) continue;
    std::vector<std::string> others;
    for (const Explainer& one : explainers()) {
      if (takes(one)) others.push_back(one.kind + "=");
    }
    throw Misuse(fmt::format("luge explain: {} says nothing about {}=; it is for {}",
                             arguments.shown(option.name), kind, fmt::join(others, ", ")));
  }
}

int show(const Arguments& arguments, const std::string& kind, const std::vector<std::string>& names) {
  const auto options = experiment::read<ExplainOptions>(arguments);
  const Explainer* explainer = explainer_of(kind);
  check_options(arguments, kind, explainer);
  if (!options.to.empty() && !draw::is_figure_name(options.to))
    arguments.refuse("to", "a file name that ends with .png or .svg");
  const Family* family = find_family(kind);
  std::vector<std::string> pages;
  Json all = Json::array();
  for (const std::string& name : names) {
    pages.push_back(family ? page(*family, name) : "");
    all.push_back(family ? member_json(*family, name) : Json{{"name", name}});
  }
  Explained explained;
  if (explainer) explained = explainer->explain(arguments, names, options);
  if (!options.to.empty()) {
    if (!explained.figure)
      throw Misuse(fmt::format("luge explain: there is no picture of {}={}", kind, names[0]));
    explained.figure().write(options.to);
  }
  for (std::size_t k = 0; k < explained.parts.size(); ++k) {
    if (!explained.parts[k].text.empty())
      pages[k] += (pages[k].empty() ? "" : "\n") + explained.parts[k].text;
    all[k].update(explained.parts[k].json);
  }
  if (arguments.json()) {
    Json json = {{kind, std::move(all)}};
    if (!options.to.empty()) json["file"] = options.to;
    print_json(json);
    return 0;
  }
  std::string text = fmt::format("{}", fmt::join(pages, "\n"));
  if (!explained.text.empty()) text += "\n" + explained.text;
  if (!options.to.empty()) text += fmt::format("\nThe picture is in {}.\n", options.to);
  fmt::print("{}", text);
  return 0;
}

}  // namespace

ExplainerRegistration::ExplainerRegistration(Explainer explainer) {
  auto& all = registry();
  const auto at = std::lower_bound(all.begin(), all.end(), explainer,
                                   [](const Explainer& a, const Explainer& b) { return a.kind < b.kind; });
  all.insert(at, std::move(explainer));
}

const std::vector<Explainer>& explainers() { return registry(); }

std::vector<Key> explaining_keys() {
  return experiment::joined(kind_keys(), experiment::keys_of<ExplainOptions>());
}

bool explains_things(const std::vector<std::string>& words) {
  bool things = false;
  const std::vector<Key> keys = kind_keys();
  for (const std::string& word : words) {
    const std::string_view given =
        std::string_view(word).substr(std::min(word.find_first_not_of('-'), word.size()));
    const auto starts = [&](const Key& key) { return given.starts_with(key.name + "="); };
    if (given.starts_with("model=") || given.starts_with("model.")) return false;
    things |= std::ranges::any_of(keys, starts);
  }
  return things;
}

int explain_things(const Arguments& arguments) {
  const std::string kind = kind_of(arguments);
  const std::vector<std::string> names = names_in(arguments.text(kind));
  if (std::ranges::find(names, "") != names.end()) arguments.refuse(kind, "names with commas between them");
  try {
    return show(arguments, kind, names);
  } catch (const ValueError& error) {
    throw Misuse(fmt::format("luge explain: {}", error.what()));
  }
}

std::string table_of(const std::vector<Column>& columns) {
  constexpr std::size_t kLeast = 10;
  std::string text;
  const auto letters = [](const std::string& word) {
    return static_cast<std::size_t>(
        std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  };
  const auto add = [&](const std::string& word, std::size_t width) {
    text += std::string(width - std::min(width, letters(word)), ' ') + word;
  };
  const auto width_of = [&](const Column& column) { return std::max(kLeast, letters(column.name) + 2); };
  for (const Column& column : columns) add(column.name, width_of(column));
  text += "\n";
  for (std::size_t row = 0; row < columns.at(0).values.size(); ++row) {
    for (const Column& column : columns) {
      const double value = column.values[row];
      const bool large = std::abs(value) >= 1e5 || (value != 0 && std::abs(value) < 1e-4);
      add(!std::isfinite(value)          ? fmt::format("{}", value)
          : large && column.decimals > 0 ? fmt::format("{:.3g}", value)
                                         : fmt::format("{:.{}f}", value == 0 ? 0.0 : value, column.decimals),
          width_of(column));
    }
    text += "\n";
  }
  return text;
}

}  // namespace luge::cli
