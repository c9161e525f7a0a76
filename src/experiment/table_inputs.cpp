#include "experiment/table_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/number.h"
#include "experiment/learned.h"
#include "io/csv/columns.h"
#include "io/csv/names.h"
#include "luge/data/table.h"
#include "luge/error.h"
#include "luge/io/csv.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

// Whether the first line holds the names of the columns that the network was trained on.
bool names_columns(const fs::path& path, char separator, const std::vector<std::string>& wanted) {
  io::CsvReader rows(path.string(), {.header = false, .separator = separator});
  if (wanted.empty() || !rows.next()) return false;
  std::set<std::string> words;
  for (std::size_t c = 0; c < rows.columns().size(); ++c) words.emplace(trimmed(rows.field(c)));
  return std::ranges::all_of(wanted, [&](const std::string& name) { return words.contains(name); });
}

data::Record cells_of(const io::CsvReader& rows, const std::vector<std::size_t>& columns) {
  std::string row;
  for (const std::size_t column : columns) {
    if (column != columns.front()) row += '\0';
    row += trimmed(rows.field(column));
  }
  return {{data::kCells, data::HostArray::of_text(row)}};
}

data::Record numbers_of(const io::CsvReader& rows, const std::vector<std::size_t>& columns,
                        const Shape& shape) {
  data::HostArray value(data::Field{f32, shape});
  std::ranges::transform(columns, value.as<float>().begin(),
                         [&](std::size_t column) { return static_cast<float>(rows.number(column)); });
  return {{std::string(data::kInput), std::move(value)}};
}

}  // namespace

bool is_table(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".csv" || extension == ".tsv" || extension == ".txt";
}

void add_table(const fs::path& path, const nn::Metadata& metadata, const TableFormat& format,
               RawInputs& into) {
  if (metadata.input.rank() != 1) {
    throw ValueError(fmt::format("{}: is a table; the network takes inputs of shape {}", path.string(),
                                 metadata.input.to_string()));
  }
  using Header = data::CsvOptions::Header;
  const char separator = format.separator != 0 ? format.separator : io::guess_separator(path.string());
  const bool header = format.header == Header::automatic
                          ? names_columns(path, separator, metadata.features) ||
                                io::looks_like_header(path.string(), separator)
                          : format.header == Header::yes;
  io::CsvReader rows(path.string(), {.header = header, .separator = separator});
  std::vector<std::string> wanted = metadata.features;
  for (std::size_t c = wanted.size(); c < static_cast<std::size_t>(metadata.input.elements()); ++c)
    wanted.push_back(io::made_up_name(c));  // a network that was not trained on a table
  const std::vector<std::size_t> columns = io::matching_columns(rows, wanted, header);
  const bool cells = reads_cells(metadata);
  std::int64_t count = 0;
  for (; rows.next(); ++count) {
    const std::string where = fmt::format("{}:{}", path.string(), rows.line());
    try {
      data::Record record = cells ? cells_of(rows, columns) : numbers_of(rows, columns, metadata.input);
      into.inputs.push_back({where, std::move(record), "", "", rows.line()});
    } catch (const FormatError& error) {
      into.bad.emplace_back(error.what());
    }
  }
  if (count == 0) throw FormatError(fmt::format("{}: has no rows to predict from", path.string()));
}

}  // namespace luge::experiment
