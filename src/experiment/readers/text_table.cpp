// text-table: texts with their classes in columns of CSV or TSV.
#include <algorithm>

#include "experiment/data_reader.h"
#include "experiment/readers/text_keys.h"
#include "luge/data/text_files.h"
#include "luge/error.h"
#include "luge/io/csv.h"

namespace luge::experiment {
namespace {

char separator_of(const std::filesystem::path& path) { return path.extension() == ".tsv" ? '\t' : ','; }

// A table with a column called text and one called label. Others are read so when data.reader asks for it.
Recognition recognize_text_table(const std::filesystem::path& path) {
  if (path.extension() != ".tsv" && path.extension() != ".csv") return Recognition::no();
  const TextKeys names;
  try {
    const io::CsvReader rows(path.string(), {.separator = separator_of(path)});
    const auto has = [&](const std::string& name) {
      return std::ranges::find(rows.columns(), name) != rows.columns().end();
    };
    return has(names.text) && has(names.label) ? Recognition::yes() : Recognition::no();
  } catch (const Error&) {
    return Recognition::no();  // the reader of tables tells what is wrong
  }
}

DataSet read_text_table(const DataPath& data) {
  const auto keys = read<TextKeys>(data.config);
  return {data.name(),
          data::text_table(data.path, {.lines = {.name = data.name(), .classes = data.layout.classes},
                                       .text = keys.text,
                                       .label = keys.label,
                                       .separator = separator_of(data.path)})};
}

const bool added_text_table = add_data_reader(
    "text-table", "texts with their classes in columns of CSV or TSV (data.text, data.label)",
    {.recognize = recognize_text_table, .read = read_text_table, .rank = 1, .keys = keys_of<TextKeys>()});

}  // namespace
}  // namespace luge::experiment
