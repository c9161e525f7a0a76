#include "experiment/data_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>

#include "core/nearest.h"
#include "experiment/data_reader.h"
#include "experiment/made.h"
#include "experiment/named_data.h"
#include "experiment/several_parts.h"
#include "experiment/share_parts.h"
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

// The share of a text that is held back at its end.
double end_held_back(const Config& config, const std::string& name) {
  constexpr double kFewest = 1024;
  if (!config.knows("data.validation_split")) return 0;
  for (const char* several : {kFolds, kMembers, kShares}) {
    if (is_given(config, several)) return 0;
  }
  std::error_code error;
  const auto bytes = static_cast<double>(fs::file_size(name, error));
  const double share = read<DataOptions>(config).validation_split;
  return error || bytes * share < kFewest ? 0 : share;
}

// The characters from one share of the text to another.
auto cut(double from, double to) {
  return [from, to](data::Record record) {
    const std::string text(record["text"].text());
    const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
    const auto characters = static_cast<double>(std::ranges::count_if(text, std::not_fn(continues)));
    const auto at = [&](double share) {
      auto left = static_cast<std::int64_t>(share * characters);
      std::size_t byte = 0;
      for (; byte < text.size() && (left > 0 || continues(text[byte])); ++byte)
        left -= !continues(text[byte]);
      return byte;
    };
    const std::size_t begin = at(from);
    record.set("text", data::HostArray::of_text(std::string_view(text).substr(begin, at(to) - begin)));
    return record;
  };
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

DataSet load_text(const Config& config, const std::string& name, bool whole) {
  check_no_weights(config, name);
  if (std::optional<DataSet> known = registered(config, name)) {
    check_unread(config, name);
    return *std::move(known);
  }
  std::error_code error;
  if (!fs::exists(name, error) && !looks_like_path(name)) refuse_data(config, name);
  check_unread(config, name);
  const std::string stem = fs::path(name).stem().string();
  const double held_back = whole ? 0 : end_held_back(config, name);
  if (held_back == 0) return {stem, data::text_file(name)};
  const data::Dataset text = data::text_file(name, {.record = std::numeric_limits<std::int64_t>::max()});
  return {.name = stem,
          .train = text.map(cut(0, 1 - held_back)),
          .valid = text.map(cut(1 - held_back, 1)),
          .brings_share = true};
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
