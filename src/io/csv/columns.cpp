#include "io/csv/columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/number.h"
#include "io/csv/names.h"
#include "io/csv/row_scanner.h"
#include "luge/error.h"

namespace luge::io {
namespace {

// Whether all names are those of a table without a header.
bool made_up(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [](const std::string& name) { return is_made_up(name); });
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown));
  return fmt::format("{}{}", fmt::join(names.begin(), end, ", "), names.size() > kShown ? ", …" : "");
}

}  // namespace

std::vector<std::size_t> matching_columns(const CsvReader& rows, const std::vector<std::string>& wanted,
                                          bool header, const std::vector<std::size_t>& except) {
  const auto& names = rows.columns();
  std::vector<std::size_t> columns;
  std::vector<std::string> missing, there;
  for (const std::string& name : wanted) {
    const auto found = std::find(names.begin(), names.end(), name);
    found == names.end() ? missing.push_back(name)
                         : columns.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  if (missing.empty()) return columns;
  columns.clear();
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (std::find(except.begin(), except.end(), c) != except.end()) continue;
    columns.push_back(c);
    there.push_back(names[c]);
  }
  if (header && !made_up(wanted)) {
    throw FormatError(fmt::format("{}: has no column {}; it has {}; the network was trained on {}",
                                  rows.path(), listed(missing), listed(there), listed(wanted)));
  }
  if (columns.size() == wanted.size()) return columns;
  throw FormatError(fmt::format("{}: has {} columns{}; the network takes {}: {}", rows.path(), columns.size(),
                                except.empty()      ? " and no names for them"
                                : except.size() > 1 ? " besides target and weights"
                                                    : " besides the target",
                                wanted.size(), listed(wanted)));
}

namespace {

bool is_date(std::string_view text) {
  const auto digit = [&](std::size_t k) { return text[k] >= '0' && text[k] <= '9'; };
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  return std::ranges::all_of(std::array{0, 1, 2, 3, 5, 6, 8, 9}, digit);
}

// A table of words and dates: a header says what is in no later row, while what is below it comes again, or
// is a date.
bool names_words(const std::string& path, char separator) {
  constexpr std::size_t kRows = 1000;
  CsvReader rows(path, {.header = false, .separator = separator});
  if (!rows.next()) return false;
  const std::size_t columns = rows.columns().size();
  std::vector<std::string> first;
  for (std::size_t c = 0; c < columns; ++c) first.emplace_back(trimmed(rows.field(c)));
  std::vector<std::set<std::string>> words(columns);
  std::vector<std::size_t> dates(columns, 0);
  std::size_t count = 0;
  for (; count < kRows && rows.next(); ++count) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string cell(trimmed(rows.field(c)));
      if (cell == first[c]) return false;
      dates[c] += is_date(cell);
      words[c].insert(cell);
    }
  }
  for (std::size_t c = 0; c < columns; ++c) {
    if (count > 0 && dates[c] == count && !is_date(first[c])) return true;
    if (count > 2 && 2 * words[c].size() <= count) return true;
  }
  return false;
}

}  // namespace

bool looks_like_header(const std::string& path, char separator) {
  CsvReader rows(path, {.header = false, .separator = separator});
  if (!rows.next()) return false;
  std::vector<bool> numbers;
  bool empty = false;  // names are not
  for (std::size_t c = 0; c < rows.columns().size(); ++c) {
    numbers.push_back(parse_number(rows.field(c)).has_value());
    empty = empty || rows.field(c).empty();
  }
  if (!rows.next()) return std::find(numbers.begin(), numbers.end(), true) == numbers.end();
  for (std::size_t c = 0; c < numbers.size(); ++c) {
    if (!numbers[c] && parse_number(rows.field(c))) return true;
  }
  // Its cells may be missing: further rows are looked at where the first has no number.
  constexpr int kRows = 20;
  if (std::find(numbers.begin(), numbers.end(), true) != numbers.end() || empty) return false;
  for (int row = 2; row < kRows && rows.next(); ++row) {
    for (std::size_t c = 0; c < numbers.size(); ++c) {
      if (parse_number(rows.field(c))) return true;
    }
  }
  return names_words(path, separator);
}

char guess_separator(const std::string& path) {
  constexpr std::size_t kRows = 20;
  char best = ',';
  double most = -1;
  for (const char separator : {',', '\t', ';', '|'}) {
    std::size_t fields = 0, cells = 0, numbers = 0, rows = 0;
    try {
      RowScanner scanner(path, {.separator = separator});
      for (; rows < kRows && scanner.next(); ++rows) {
        if (rows == 0) fields = scanner.fields();
        if (scanner.fields() != fields || fields < 2) {
          fields = 0;
          break;
        }
        for (std::size_t i = 0; i < fields; ++i, ++cells) {
          std::string cell(scanner.field(i));  // "1,5" counts as a number here; it is refused later
          std::replace(cell.begin(), cell.end(), ',', '.');
          numbers += parse_number(cell).has_value();
        }
      }
    } catch (const FormatError&) {
      continue;
    }
    if (fields < 2) continue;
    const double share = static_cast<double>(numbers) / static_cast<double>(cells);
    if (share > most) most = share, best = separator;
  }
  return best;
}

}  // namespace luge::io
