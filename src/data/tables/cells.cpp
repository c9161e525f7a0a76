#include "data/tables/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "core/number.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::array<std::string_view, 8> kMissing = {"", "NA", "N/A", "nan", "NaN", "null", "NULL", "?"};

bool digit(char c) { return c >= '0' && c <= '9'; }

// Reads text from its beginning.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool skip(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // A number of `least` to `most` digits.
  std::optional<int> whole(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < text_.size() && digit(text_[count]))
      value = value * 10 + text_[count++] - '0';
    if (count < least || (count < text_.size() && digit(text_[count]))) return std::nullopt;
    text_.remove_prefix(count);
    return value;
  }
  double fraction() {  // the digits after a point
    double value = 0, unit = 0.1;
    for (; digit(peek()); text_.remove_prefix(1), unit /= 10) value += unit * (peek() - '0');
    return value;
  }

 private:
  std::string_view text_;
};

std::optional<double> day_in(Scanner& text, DateFormat format) {
  const bool year_first = format == DateFormat::iso || format == DateFormat::ymd;
  const std::optional<int> first = year_first ? text.whole(4, 4) : text.whole(1, 2);
  const char join = text.peek();
  const std::string_view allowed = format == DateFormat::iso ? "-" : year_first ? "/" : "/.-";
  if (!first || join == '\0' || allowed.find(join) == std::string_view::npos || !text.skip(join)) return {};
  const std::optional<int> second = format == DateFormat::iso ? text.whole(2, 2) : text.whole(1, 2);
  if (!second || !text.skip(join)) return {};
  const std::optional<int> third = !year_first                 ? text.whole(4, 4)
                                   : format == DateFormat::iso ? text.whole(2, 2)
                                                               : text.whole(1, 2);
  if (!third) return {};
  const int year = year_first ? *first : *third;
  const int month = year_first || format == DateFormat::dmy ? *second : *first;
  const int day = year_first ? *third : format == DateFormat::dmy ? *first : *second;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  constexpr double kDay = 86400;
  return kDay * static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

// hh:mm, hh:mm:ss, hh:mm:ss.fff, then nothing, Z or a difference to UTC such as +01:00.
std::optional<double> time_in(Scanner& text) {
  const auto hours = text.whole(2, 2);
  if (!hours || *hours > 23 || !text.skip(':')) return {};
  const auto minutes = text.whole(2, 2);
  if (!minutes || *minutes > 59) return {};
  double seconds = *hours * 3600 + *minutes * 60;
  if (text.skip(':')) {
    const auto whole = text.whole(2, 2);
    if (!whole || *whole > 59) return {};
    seconds += *whole;
    if (text.skip('.')) {
      if (!digit(text.peek())) return {};
      seconds += text.fraction();
    }
  }
  if (text.skip('Z')) return seconds;
  const bool east = text.peek() == '+';
  if (!text.skip('+') && !text.skip('-')) return seconds;
  const auto zone_hours = text.whole(2, 2);
  if (!zone_hours || *zone_hours > 14 || !text.skip(':')) return {};
  const auto zone_minutes = text.whole(2, 2);
  if (!zone_minutes || *zone_minutes > 59) return {};
  const double zone = *zone_hours * 3600 + *zone_minutes * 60;
  return east ? seconds - zone : seconds + zone;
}

}  // namespace

bool is_missing(std::string_view cell) {
  return std::find(kMissing.begin(), kMissing.end(), cell) != kMissing.end();
}

std::optional<double> date_in(std::string_view cell, DateFormat format) {
  Scanner text(cell);
  const std::optional<double> day = day_in(text, format);
  if (!day || text.done()) return day;
  if (!text.skip('T') && !text.skip(' ')) return {};
  const std::optional<double> time = time_in(text);
  if (!time || !text.done()) return {};
  return *day + *time;
}

std::string date_text(double seconds) {
  constexpr std::int64_t kDay = 86400;
  const auto whole = static_cast<std::int64_t>(std::floor(seconds));
  const std::int64_t day = whole / kDay - (whole % kDay < 0), time = whole - day * kDay;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  std::string text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  if (time != 0) text += fmt::format("T{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
  return text;
}

double parse_date(std::string_view text, DateFormat format) {
  if (const auto seconds = date_in(text, format)) return *seconds;
  throw ValueError(
      fmt::format("'{}' is not a date as {} writes it (a day that exists, then a time if necessary)",
                  text.substr(0, 40), std::get<std::string>(options::Type<DateFormat>::get(format))));
}

std::optional<bool> truth_in(std::string_view cell) {
  std::string low(cell.substr(0, 6));
  std::transform(low.begin(), low.end(), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (low == "true" || low == "yes") return true;
  if (low == "false" || low == "no") return false;
  return std::nullopt;
}

bool is_spoiled_number(std::string_view cell) {
  if (is_missing(cell) || parse_number(cell)) return false;
  return why_not_a_number(cell) != why_not_a_number("a word");
}

std::vector<std::string_view> cells_of(std::string_view row) {
  std::vector<std::string_view> cells;
  while (true) {
    const std::size_t end = row.find('\0');
    cells.push_back(row.substr(0, end));
    if (end == std::string_view::npos) return cells;
    row.remove_prefix(end + 1);
  }
}

void each_row(const Dataset& table, const std::function<void(std::int64_t, const HostArray&)>& use) {
  HostArray cells;
  Row row(table.info().fields);
  row.into(table.info().fields.index(kCells), cells);
  for (std::int64_t i = 0; i < table.size(); ++i) {
    table.source()->read(i, row);
    row.finish();
    use(i, cells);
  }
}

}  // namespace luge::data
