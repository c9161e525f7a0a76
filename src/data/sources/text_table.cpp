// Texts in a column of a table.
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "data/distinct.h"
#include "data/sources/lines.h"
#include "luge/data/text_files.h"
#include "luge/io/csv.h"

namespace luge::data {
namespace {

// The number of a column, from 1; none for a name.
std::optional<std::size_t> column_number(const std::string& column) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), number);
  if (error != std::errc() || end != column.data() + column.size()) return std::nullopt;
  return number;
}

std::size_t numbered(const io::CsvReader& rows, std::size_t number) {
  if (number >= 1 && number <= rows.columns().size()) return number - 1;
  throw FormatError(fmt::format("{}: column {} does not exist; the table has {} columns, counted from 1",
                                rows.path(), number, rows.columns().size()));
}

std::size_t column_of(const io::CsvReader& rows, const std::string& column) {
  const auto number = column_number(column);
  return number ? numbered(rows, *number) : rows.column(column);
}

std::string_view without_blanks(std::string_view text) {
  constexpr const char* blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool has_names(const TextTableOptions& options) {
  return !column_number(options.text) || !column_number(options.label);
}

class TextTable final : public LinesSource {
 public:
  TextTable(const std::string& path, const TextTableOptions& options) {
    io::CsvReader rows(path, {.header = has_names(options), .separator = options.separator});
    paths_ = {path};
    const std::size_t text = column_of(rows, options.text);
    const auto& names = rows.columns();
    // A table of texts alone has no column of that name; one that is asked for by number must be there.
    const bool labeled =
        column_number(options.label) || std::ranges::find(names, options.label) != names.end();
    const std::size_t label_column = labeled ? column_of(rows, options.label) : text;
    if (labeled && label_column == text)
      throw ValueError(fmt::format("{}: column '{}' is text and label", path, names[text]));
    std::vector<std::string> classes;  // of each text
    while (rows.next()) {
      const std::string where = fmt::format("{}, line {}", path, rows.line());
      const std::string_view field = without_blanks(rows.field(text));
      if (field.empty()) continue;
      if (static_cast<std::int64_t>(field.size()) > options.lines.longest)
        throw FormatError(fmt::format("{}: the text is longer than {} bytes", where, options.lines.longest));
      lines_.push_back({std::string(field), 0, rows.line(), 0});
      if (!labeled) continue;
      const std::string_view name = without_blanks(rows.field(label_column));
      if (name.empty())
        throw FormatError(fmt::format("{}: has no class in column '{}'", where, names[label_column]));
      classes.emplace_back(name);
    }
    if (lines_.empty()) throw FormatError(fmt::format("{}: has no row with a text", path));
    info_.name =
        options.lines.name.empty() ? std::filesystem::path(path).stem().string() : options.lines.name;
    info_.fields = {{"text", Field::utf8()}};
    if (labeled) label_all(classes, options.lines.classes);
  }
};

}  // namespace

Dataset text_table(const std::filesystem::path& file, const TextTableOptions& options) {
  check_distinct("text_table", "classes", options.lines.classes);
  if (options.lines.longest < 1)
    throw ValueError(fmt::format("text_table: longest is {}; expected 1 or more", options.lines.longest));
  return Dataset(std::make_shared<TextTable>(file.string(), options));
}

}  // namespace luge::data
