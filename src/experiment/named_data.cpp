#include "experiment/named_data.h"

#include "core/registry.h"
#include "luge/data/sources.h"

namespace luge::experiment {
namespace {

Registry<DataSet>& known() {
  static auto& registry = *new Registry<DataSet>({.one = "data", .many = "data", .key = "data.name"});
  return registry;
}

DataSet pair_of(const char* name, data::TrainTest parts) {
  return {name, std::move(parts.train), std::move(parts.test)};
}

// A truth table is trained and tested on all it has.
DataSet table(const char* name, const data::Dataset& rows) { return {name, rows, rows, true}; }

const bool added =
    add_data_set("fashion-mnist", "70,000 pictures of clothes, 28x28 in gray, 10 classes",
                 [] { return pair_of("fashion-mnist", data::fashion_mnist()); }) &&
    add_data_set("mnist", "70,000 written digits, 28x28 in gray, 10 classes",
                 [] { return pair_of("mnist", data::mnist()); }) &&
    add_data_set("xor", "the four cases of exclusive or", [] { return table("xor", data::xor_table()); }) &&
    add_data_set("and", "the four cases of and", [] { return table("and", data::and_table()); }) &&
    add_data_set("or", "the four cases of or", [] { return table("or", data::or_table()); });

}  // namespace

bool add_data_set(const std::string& name, const std::string& description, options::Maker<DataSet> load) {
  return known().add(name, description, std::move(load));
}

std::vector<std::string> data_set_names() { return known().names(); }

bool is_data_set(const std::string& name) { return known().has(name); }

std::optional<DataSet> named_data_set(const std::string& name, const options::Values& values) {
  if (is_data_set(name)) return known().make(name, values);
  return std::nullopt;
}

}  // namespace luge::experiment
