#include "luge/io/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/nearest.h"
#include "core/number.h"
#include "io/csv/names.h"
#include "io/csv/row_scanner.h"
#include "luge/error.h"

namespace luge::io {

namespace {
constexpr std::string_view kMadeUp = "column";
}  // namespace

std::string made_up_name(std::size_t column) { return fmt::format("{}{}", kMadeUp, column + 1); }

bool is_made_up(std::string_view name) {
  return name.starts_with(kMadeUp) && name.size() > kMadeUp.size() &&
         name.find_first_not_of("0123456789", kMadeUp.size()) == std::string_view::npos;
}

struct CsvReader::State {
  RowScanner scanner;
  std::vector<std::string> columns;
  std::unordered_map<std::string, std::size_t> positions;
  bool row_waits = false;  // the first row has been looked at, but not handed out

  State(const std::string& path, const CsvOptions& options) : scanner(path, options) {
    if (!scanner.next()) throw FormatError(fmt::format("{}: is empty; expected a table", path));
    if (options.header) {
      take_header();
    } else {
      for (std::size_t i = 0; i < scanner.fields(); ++i) columns.push_back(made_up_name(i));
      row_waits = true;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (positions.emplace(columns[i], i).second) continue;
      scanner.fail(scanner.line(), i + 1, fmt::format("two columns are named \"{}\"", columns[i]));
    }
  }

  void take_header() {
    bool numbers_only = true;
    for (std::size_t i = 0; i < scanner.fields(); ++i) {
      columns.emplace_back(trimmed(scanner.field(i)));
      numbers_only = numbers_only && parse_number(columns.back());
    }
    if (!numbers_only) return;
    scanner.fail(scanner.line(), 1,
                 fmt::format("expected the names of the columns, got numbers (\"{}\", …); if the "
                             "table has no header, read it with header=no",
                             columns[0]));
  }

  bool next() {
    if (std::exchange(row_waits, false)) return true;
    if (!scanner.next()) return false;
    if (scanner.fields() == columns.size()) return true;
    scanner.fail(scanner.line(), std::min(scanner.fields(), columns.size()) + 1,
                 fmt::format("the row has {} columns, expected {}", scanner.fields(), columns.size()));
  }
};

CsvReader::CsvReader(const std::string& path, const CsvOptions& options)
    : state_(std::make_unique<State>(path, options)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

const std::string& CsvReader::path() const { return state_->scanner.path(); }
const std::vector<std::string>& CsvReader::columns() const { return state_->columns; }
bool CsvReader::next() { return state_->next(); }
std::int64_t CsvReader::line() const { return state_->scanner.line(); }
std::string_view CsvReader::field(std::size_t column) const { return state_->scanner.field(column); }

std::size_t CsvReader::column(std::string_view name) const {
  const auto found = state_->positions.find(std::string(name));
  if (found != state_->positions.end()) return found->second;
  throw FormatError(
      fmt::format("{}: there is no column \"{}\"{}", path(), name, suggestion(name, columns())));
}

double CsvReader::number(std::size_t column) const {
  const std::string_view text = field(column);
  if (const auto value = parse_number(text)) return *value;
  constexpr std::size_t kShown = 40;
  state_->scanner.fail(line(), column + 1,
                       fmt::format("column \"{}\": \"{}\" {}; expected a number", columns()[column],
                                   text.substr(0, kShown), why_not_a_number(text)));
}

CsvNumbers read_csv_numbers(const std::string& path, const CsvOptions& options) {
  CsvReader reader(path, options);
  CsvNumbers table{reader.columns(), {}};
  while (reader.next()) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) table.values.push_back(reader.number(i));
  }
  return table;
}

void check_same_columns(const CsvReader& expected, const CsvReader& received) {
  const auto& wanted = expected.columns();
  const auto& got = received.columns();
  const auto shown = [](const std::vector<std::string>& columns, std::size_t i) {
    return i < columns.size() ? fmt::format("\"{}\"", columns[i]) : std::string("nothing");
  };
  for (std::size_t i = 0; i < std::max(wanted.size(), got.size()); ++i) {
    if (i < wanted.size() && i < got.size() && wanted[i] == got[i]) continue;
    throw FormatError(
        fmt::format("{}: column {} is {}, but in {} it is {}; both tables need the same columns",
                    received.path(), i + 1, shown(got, i), expected.path(), shown(wanted, i)));
  }
}

}  // namespace luge::io
