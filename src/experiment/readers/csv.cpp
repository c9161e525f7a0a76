// csv: a table in a text file. Any file that no other format recognizes is read as one, so that its errors
// name the line.
#include "experiment/data_reader.h"
#include "experiment/option_keys.h"
#include "experiment/table_columns.h"
#include "experiment/train_options.h"

namespace luge::experiment {
namespace {

Recognition recognize(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? Recognition::no() : Recognition::yes();
}

DataSet read_csv(const DataPath& data) {
  const auto table = read<TableOptions>(data.config);
  const TableFormat format = table_format(data.config);
  data::CsvOptions options;
  options.target = data.layout.target.empty() ? table.target : data.layout.target;
  options.weights = table.weights.value_or("");
  options.header = format.header;
  options.separator = format.separator;
  options.features = data.layout.features;
  options.classes = data.layout.classes;
  options.kind = data.kind;
  // Numbers, unless words, dates or gaps are expected.
  const bool typed = data.layout.features.empty()
                         ? asks_for_types(data.config) || data::holds_words(data.path, options)
                         : data.layout.cells;
  if (!typed) return {data.name(), data::csv(data.path, options)};
  std::vector<std::string> notes;
  data::CellOptions cells = cell_options(data.config);
  cells.tell = [&notes](const std::string& note) { notes.push_back(note); };
  DataSet set{data.name(), data::typed_csv(data.path, options, cells)};
  set.notes = std::move(notes);
  return set;
}

const bool added_csv =
    add_data_reader("csv", "a table in a text file: CSV, or another character between the cells",
                    {.recognize = recognize,
                     .read = read_csv,
                     .rank = -1,
                     .keys = joined(keys_of<TableOptions>(), keys_of<ColumnOptions>())});

}  // namespace
}  // namespace luge::experiment
