#include "cli/run_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/nearest.h"
#include "experiment/key_names.h"
#include "luge/nn/matches.h"

namespace luge::cli {
namespace {

using experiment::RunFacts;

constexpr const char* kOwn[] = {"status", "model", "data", "epochs", "steps", "seconds", "created"};

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data(), end, number);
  return wrong == std::errc() && stop == end && !text.empty() ? std::optional(number) : std::nullopt;
}

bool is_own(const std::string& name) {
  return std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn);
}

// "lr" and "learning_rate" are optimizer.learning_rate, "time" is what the table calls the seconds; other
// names stay as they are.
std::string whole_name(const std::string& name) {
  if (is_own(name)) return name;
  if (name == "time") return "seconds";
  const std::vector<Key> keys = experiment::training_keys();
  const Key* key = experiment::find_key(keys, name);
  return key ? key->name : name;
}

// What nothing has is a mistake, and not an empty table.
void check_name(const Arguments& arguments, const std::string& key, const std::string& name,
                const std::vector<RunFacts>& runs) {
  if (is_own(name) || runs.empty()) return;
  std::vector<std::string> names(std::begin(kOwn), std::end(kOwn));
  const std::vector<Key> keys = experiment::training_keys();
  for (const Key& each : keys) {
    if (each.name == name) return;
    names.push_back(experiment::short_name(keys, each));
    names.push_back(each.name.substr(each.name.rfind('.') + 1));
  }
  for (const RunFacts& run : runs) {
    for (const train::Logs* logs : {&run.best, &run.last}) {
      for (const auto& [figure, value] : *logs) {
        if (figure == name) return;
        if (std::ranges::find(names, figure) == names.end()) names.push_back(figure);
      }
    }
  }
  throw experiment::SettingError(
      fmt::format("{}: '{}' is neither a key of train nor a figure that a run has{}", arguments.said(key),
                  name, experiment::meant(keys, name, names)));
}

// A status that no run can have.
void check_status(const Arguments& arguments, const std::string& value) {
  if (value.find_first_of("*?") != value.npos) return;
  std::vector<std::string> names;
  for (const board::RunStatus each : board::kRunStatuses) names.emplace_back(board::to_string(each));
  if (std::ranges::find(names, value) != names.end()) return;
  throw experiment::SettingError(fmt::format("{}: status '{}' is not known{}", arguments.said("filter"),
                                             value, suggestion(value, names)));
}

struct Condition {
  std::string name, sign, value;
};

Condition condition_of(const Arguments& arguments, const std::string& text) {
  const auto at = text.find_first_of("=<>!");
  if (at != text.npos && at > 0) {
    std::string sign = text.substr(at, text[at + 1] == '=' ? 2 : 1);
    const std::string value = text.substr(at + sign.size());
    if (sign == "==") sign = "=";
    if (sign != "!" && !value.empty()) return {whole_name(text.substr(0, at)), sign, value};
  }
  arguments.refuse("filter", "conditions with commas between them, such as optimizer=adam or val_loss<0.5");
}

bool holds(const Condition& condition, const RunFacts& run) {
  const std::string own = value_of(run, condition.name);
  const auto a = number_in(own), b = number_in(condition.value);
  const bool equal = a && b ? *a == *b : nn::matches(condition.value, own);
  if (condition.sign == "=") return equal;
  if (condition.sign == "!=") return !equal;
  if (!a || !b) return false;
  const bool less = *a < *b;
  if (condition.sign == "<") return less;
  if (condition.sign == ">") return !less && *a != *b;
  return condition.sign == "<=" ? less || *a == *b : !less;
}

}  // namespace

std::string value_of(const RunFacts& run, const std::string& name) {
  if (name == "status") return board::to_string(run.status);
  if (name == "model") return run.model();
  if (name == "data") return run.data();
  if (name == "epochs") return std::to_string(run.epochs);
  if (name == "steps") return std::to_string(run.steps);
  if (name == "seconds") return fmt::format("{}", run.seconds);
  if (name == "created") return run.created;
  if (const auto figure = experiment::figure_of(run, name)) return fmt::format("{}", *figure);
  return run.setting(name);
}

std::vector<RunFacts> filtered(const Arguments& arguments, std::vector<RunFacts> runs,
                               const std::vector<std::string>& conditions) {
  for (const std::string& text : conditions) {
    const Condition condition = condition_of(arguments, text);
    check_name(arguments, "filter", condition.name, runs);
    if (condition.name == "status") check_status(arguments, condition.value);
    const auto number = number_in(condition.value);
    if (condition.sign != "=" && condition.sign != "!=" && !number)
      arguments.refuse("filter", fmt::format("a number after '{}'", condition.sign));
    std::erase_if(runs, [&](const RunFacts& run) { return !holds(condition, run); });
  }
  return runs;
}

void sort_runs(const Arguments& arguments, std::vector<RunFacts>& runs, const std::string& by) {
  const std::string name = whole_name(by);
  check_name(arguments, "sort", name, runs);
  const bool figure = std::ranges::any_of(
      runs, [&](const RunFacts& run) { return experiment::figure_of(run, name).has_value(); });
  const bool lower_first = figure && experiment::better_of(name) == metrics::Better::lower;
  std::ranges::stable_sort(runs, [&](const RunFacts& a, const RunFacts& b) {
    const std::string text_a = value_of(a, name), text_b = value_of(b, name);
    if (text_a.empty() || text_b.empty()) return !text_a.empty() && text_b.empty();
    const auto x = number_in(text_a), y = number_in(text_b);
    if (!x || !y) return text_a < text_b;
    if (std::isnan(*x) || std::isnan(*y)) return !std::isnan(*x) && std::isnan(*y);
    return lower_first ? *x < *y : *x > *y;
  });
}

}  // namespace luge::cli
