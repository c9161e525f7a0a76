#include "io/model/stored_entry.h"
#include "io/text/json_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/nearest.h"
#include "io/model/keys.h"
#include "io/model/spec_json.h"
#include "io/text/json_text.h"
#include "luge/error.h"

namespace luge::io {
namespace {

using Json = nlohmann::ordered_json;
using nn::StateSpec;
using nn::TensorSpec;

const TensorSpec& named(const std::vector<TensorSpec>& specs, const std::string& name, const char* what) {
  const auto found = std::ranges::find(specs, name, &TensorSpec::name);
  if (found != specs.end()) return *found;
  std::vector<std::string> names;
  for (const TensorSpec& spec : specs) names.push_back(spec.name);
  throw ValueError(fmt::format("the state names the {} '{}', which it does not have{}", what, name,
                               suggestion(name, names)));
}

bool fits(std::int64_t a, std::int64_t b) { return a == unknown || b == unknown || a == b; }

void check_state(const StoredEntry& entry, const StateSpec& state) {
  const TensorSpec& from = named(entry.inputs, state.from, "input");
  const TensorSpec& to = named(entry.outputs, state.to, "output");
  if (from.dtype != to.dtype ||
      !std::equal(from.shape.begin(), from.shape.end(), to.shape.begin(), to.shape.end(), fits)) {
    throw ValueError(fmt::format(
        "the state comes out of '{}' as {}{} and goes into '{}' as {}{}; they must agree", to.name,
        name(to.dtype), to.shape.to_string(), from.name, name(from.dtype), from.shape.to_string()));
  }
  if (!is_floating(from.dtype) && state.initial != std::trunc(state.initial)) {
    throw ValueError(fmt::format("the state '{}' is {} and begins with {}; expected a whole number",
                                 from.name, name(from.dtype), state.initial));
  }
  if (entry.batch_axis >= from.shape.rank()) {
    throw ValueError(fmt::format("the state '{}' {} has no batch axis {}", from.name, from.shape.to_string(),
                                 entry.batch_axis));
  }
}

// JSON has no infinities, with which scores begin.
Json initial_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double initial_from(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const std::string text = json.is_string() ? json.get<std::string>() : "";
  if (text == "inf") return HUGE_VAL;
  if (text == "-inf") return -HUGE_VAL;
  if (text == "nan") return std::nan("");
  throw FormatError("the initial value of its state is not a number");
}

Json state_json(const StateSpec& state) {
  return {{"from", state.from}, {"to", state.to}, {"initial", initial_json(state.initial)}};
}

StateSpec state_from(const Json& json) {
  return {json.at("from").get<std::string>(), json.at("to").get<std::string>(),
          initial_from(json.at("initial"))};
}

StoredEntry entry_from(const Json& json, const std::string& where) {
  StoredEntry entry;
  entry.name = json.at("name").get<std::string>();
  entry.inputs = specs_from_json(json.at("inputs"));
  entry.outputs = specs_from_json(json.at("outputs"));
  entry.batch_axis = json.value("batch_axis", std::int64_t{0});
  if (json.contains("state")) {
    for (const Json& state : json["state"]) entry.state.push_back(state_from(state));
  }
  entry.graph = recording_from_json(json.at("graph"), where);
  if (entry.graph.inputs != entry.inputs.size() || entry.graph.outputs.size() != entry.outputs.size()) {
    throw FormatError(fmt::format("its graph has {} inputs and {} outputs, but {} and {} are named",
                                  entry.graph.inputs, entry.graph.outputs.size(), entry.inputs.size(),
                                  entry.outputs.size()));
  }
  check_entry(entry);
  return entry;
}

}  // namespace

void check_entry(const StoredEntry& entry) {
  if (entry.name.empty()) throw ValueError("it has no name");
  check_names(entry.inputs, "input");
  check_names(entry.outputs, "output");
  if (entry.outputs.empty()) throw ValueError("it has no outputs");
  if (entry.batch_axis < -1 || entry.batch_axis >= Shape::max_rank)
    throw ValueError(fmt::format("its batch axis is {}; expected an axis, or -1 for none", entry.batch_axis));
  std::set<std::string> from;
  for (const StateSpec& state : entry.state) {
    if (!from.insert(state.from).second)
      throw ValueError(fmt::format("the input '{}' carries state twice", state.from));
    check_state(entry, state);
  }
}

std::string to_json(const std::vector<StoredEntry>& entries) {
  Json list = Json::array();
  for (const StoredEntry& entry : entries) {
    Json json = {{"name", entry.name},
                 {"inputs", to_json(entry.inputs)},
                 {"outputs", to_json(entry.outputs)},
                 {"batch_axis", entry.batch_axis}};
    for (const StateSpec& state : entry.state) json["state"].push_back(state_json(state));
    json["graph"] = to_json(entry.graph);
    list.push_back(std::move(json));
  }
  return json_text(list);
}

std::vector<StoredEntry> entries_from_json(const std::string& text, const std::string& path) {
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) throw FormatError(fmt::format("{}: '{}' is not a JSON list", path, kEntries));
  std::vector<StoredEntry> entries;
  for (std::size_t k = 0; k < list.size(); ++k) {
    std::string who = fmt::format("entry {}", k);
    if (list[k].is_object() && list[k].contains("name") && list[k]["name"].is_string())
      who = fmt::format("the entry '{}'", list[k]["name"].get<std::string>());
    const auto fail = [&](const std::string& what) {
      throw FormatError(fmt::format("{}: {} is damaged: {}", path, who, what));
    };
    try {
      entries.push_back(entry_from(list[k], "its graph"));
    } catch (const nlohmann::json::exception& error) {
      fail(json_problem(error));
    } catch (const Error& error) {
      fail(error.what());
    }
    if (std::ranges::count(entries, entries.back().name, &StoredEntry::name) > 1)
      throw FormatError(fmt::format("{}: {} is there twice", path, who));
  }
  return entries;
}

}  // namespace luge::io
