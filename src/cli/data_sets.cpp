#include "cli/data_sets.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/nearest.h"
#include "luge/data/sources.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

struct BuiltIn {
  const char* name;
  Data (*load)();
};

Data pair_of(const char* name, data::TrainTest parts) {
  return {name, std::move(parts.train), std::move(parts.test)};
}

// A truth table is trained and tested on all it has.
Data table(const char* name, const data::Dataset& rows) { return {name, rows, rows}; }

const BuiltIn kBuiltIn[] = {
    {"fashion-mnist", [] { return pair_of("fashion-mnist", data::fashion_mnist()); }},
    {"mnist", [] { return pair_of("mnist", data::mnist()); }},
    {"xor", [] { return table("xor", data::xor_table()); }},
    {"and", [] { return table("and", data::and_table()); }},
    {"or", [] { return table("or", data::or_table()); }},
};

bool looks_like_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.find('.') != std::string::npos;
}

data::CsvOptions csv_options(const Arguments& arguments, TargetKind kind, const TableLayout& layout) {
  data::CsvOptions options;
  options.target = arguments.text("data.target");
  const TableFormat format = table_format(arguments);
  options.header = format.header;
  options.separator = format.separator;
  options.features = layout.features;
  options.classes = layout.classes;
  if (!layout.target.empty()) options.target = layout.target;
  if (kind == TargetKind::labels) options.kind = data::CsvOptions::Target::classes;
  if (kind == TargetKind::values) options.kind = data::CsvOptions::Target::values;
  return options;
}

}  // namespace

std::vector<std::string> data_set_names() {
  std::vector<std::string> names;
  for (const BuiltIn& known : kBuiltIn) names.emplace_back(known.name);
  return names;
}

TableFormat table_format(const Arguments& arguments) {
  using Header = data::CsvOptions::Header;
  const std::string header = arguments.choice("data.header", {"auto", "yes", "no"});
  const std::string separator = arguments.text("data.separator");
  if (separator != "tab" && separator != "auto" && separator.size() != 1)
    arguments.misuse("data.separator", "one character, tab, or auto");
  return {header == "auto"  ? Header::automatic
          : header == "yes" ? Header::yes
                            : Header::no,
          separator == "auto"  ? '\0'
          : separator == "tab" ? '\t'
                               : separator[0]};
}

std::vector<Key> table_keys() {
  return {
      {"data.target", "target column of a CSV table: name, or number from 0 (-1 is the last)", "-1"},
      {"data.header", "whether its first line names the columns: auto, yes, no", "auto"},
      {"data.separator", "what separates its cells: one character, tab, or auto", "auto"},
      {"data.task",
       "what to learn from a table: classification or regression; auto looks at the target column and says",
       "auto"}};
}

std::string recorded_data(const std::string& name) {
  for (const BuiltIn& known : kBuiltIn) {
    if (name == known.name) return name;
  }
  std::error_code error;
  const fs::path absolute = fs::absolute(name, error);
  return error ? name : absolute.lexically_normal().string();
}

Data load_data(const Arguments& arguments, const std::string& name, TargetKind kind,
               const TableLayout& layout) {
  for (const BuiltIn& known : kBuiltIn) {
    if (name == known.name) return known.load();
  }
  std::error_code error;
  const fs::path path = name;
  if (fs::is_directory(path, error)) {
    const fs::path folder = path.filename().empty() ? path.parent_path() : path;
    data::TrainTest parts = data::idx_folder(path);
    return {folder.filename().string(), std::move(parts.train), std::move(parts.test)};
  }
  if (fs::exists(path, error) || looks_like_path(name)) {
    return {path.stem().string(), data::csv(path, csv_options(arguments, kind, layout)), std::nullopt};
  }
  throw Misuse(
      fmt::format("data={} is neither a data set nor a file{}", name, suggestion(name, data_set_names())));
}

}  // namespace luge::cli
