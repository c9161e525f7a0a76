#include "experiment/named_data.h"

#include <algorithm>
#include <utility>

#include "luge/data/sources.h"

namespace luge::experiment {
namespace {

using Named = std::pair<std::string, std::function<DataSet()>>;

DataSet pair_of(const char* name, data::TrainTest parts) {
  return {name, std::move(parts.train), std::move(parts.test)};
}

// A truth table is trained and tested on all it has.
DataSet table(const char* name, const data::Dataset& rows) { return {name, rows, rows, true}; }

std::vector<Named>& known() {
  static auto& all = *new std::vector<Named>{
      {"fashion-mnist", [] { return pair_of("fashion-mnist", data::fashion_mnist()); }},
      {"mnist", [] { return pair_of("mnist", data::mnist()); }},
      {"xor", [] { return table("xor", data::xor_table()); }},
      {"and", [] { return table("and", data::and_table()); }},
      {"or", [] { return table("or", data::or_table()); }},
  };
  return all;
}

const Named* find(const std::string& name) {
  const auto found =
      std::find_if(known().begin(), known().end(), [&](const Named& each) { return each.first == name; });
  return found == known().end() ? nullptr : &*found;
}

}  // namespace

bool add_data_set(const std::string& name, std::function<DataSet()> load) {
  if (find(name)) return false;
  known().emplace_back(name, std::move(load));
  return true;
}

std::vector<std::string> data_set_names() {
  std::vector<std::string> names;
  for (const auto& [name, load] : known()) names.push_back(name);
  return names;
}

bool is_data_set(const std::string& name) { return find(name) != nullptr; }

std::optional<DataSet> named_data_set(const std::string& name) {
  if (const Named* found = find(name)) return found->second();
  return std::nullopt;
}

}  // namespace luge::experiment
