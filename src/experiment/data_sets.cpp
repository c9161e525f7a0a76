#include "experiment/data_sets.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/nearest.h"
#include "experiment/data_reader.h"
#include "experiment/made.h"
#include "experiment/named_data.h"
#include "experiment/sized_pictures.h"
#include "experiment/train_options.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

bool looks_like_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.find('.') != std::string::npos;
}

[[noreturn]] void refuse_data(const Config& config, const std::string& name) {
  const bool chosen = config.knows("data.name") && config.given("data.name");
  throw SettingError(fmt::format("{} is neither a data set nor a file{}",
                                 chosen ? config.said("data.name") : "data=" + name,
                                 suggestion(name, data_set_names())));
}

void check_no_weights(const Config& config, const std::string& name) {
  if (const auto weights = read<TableOptions>(config).weights; weights && !weights->empty())
    throw SettingError(
        fmt::format("{}: is a column of a CSV table, and {} is not one; init= names weights to begin with",
                    config.said("data.weights"), name));
}

// The registered data set of this name, with the options that the configuration gives.
std::optional<DataSet> registered(const Config& config, const std::string& name) {
  const bool chosen =
      config.knows("data.name") && config.given("data.name") && config.text("data.name") == name;
  const options::Values values = chosen ? config.chosen_or_file("data").values : options::Values();
  return made(config, "data", [&] { return named_data_set(name, values); });
}

}  // namespace

TableFormat table_format(const Config& config) {
  const auto table = read<TableOptions>(config);
  return {table.header, table.separator.character};
}

std::string recorded_data(const std::string& name) {
  if (is_data_set(name)) return name;
  std::error_code error;
  const fs::path absolute = fs::absolute(name, error);
  return error ? name : absolute.lexically_normal().string();
}

DataSet load_text(const Config& config, const std::string& name) {
  check_no_weights(config, name);
  if (std::optional<DataSet> known = registered(config, name)) {
    check_unread(config, name);
    return *std::move(known);
  }
  std::error_code error;
  if (!fs::exists(name, error) && !looks_like_path(name)) refuse_data(config, name);
  check_unread(config, name);
  return {fs::path(name).stem().string(), data::text_file(name)};
}

DataSet load_data(const Config& config, const std::string& name, TargetKind kind, const TableLayout& layout) {
  if (std::optional<DataSet> known = registered(config, name)) {
    check_no_weights(config, name);
    check_unread(config, name);
    return with_picture_size(config, *std::move(known), layout);
  }
  std::error_code error;
  const fs::path path = name;
  if (!fs::exists(path, error) && !looks_like_path(name)) refuse_data(config, name);
  if (fs::is_directory(path, error)) check_no_weights(config, name);
  return with_picture_size(config, read_data_path({path, config, kind, layout}), layout);
}

}  // namespace luge::experiment
