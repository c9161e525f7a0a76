#include "support/expected_text.h"

#include <fmt/format.h>

#include <cstdlib>
#include <sstream>

namespace luge::testing {
namespace {

struct Range {
  double low = 0, high = 0;
};

// Reads "low..high" between braces.
Range parse_range(const std::string& text) {
  const auto dots = text.find("..");
  return {std::stod(text.substr(0, dots)), std::stod(text.substr(dots + 2))};
}

// Whether a range or {} begins here; other braces are text.
bool begins_range(const std::string& pattern, std::size_t p) {
  if (pattern[p] != '{') return false;
  const auto end = pattern.find_first_not_of("0123456789.+-e", p + 1);
  const std::string inside = pattern.substr(p + 1, end - p - 1);
  return end != std::string::npos && pattern[end] == '}' &&
         (inside.empty() || inside.find("..") != std::string::npos);
}

std::string compare(const std::string& pattern, std::size_t p, const std::string& line, std::size_t at) {
  while (p < pattern.size() && !begins_range(pattern, p)) {
    if (at >= line.size() || pattern[p] != line[at]) {
      return fmt::format("expected \"{}\" at \"{}\"", pattern.substr(p), line.substr(at));
    }
    ++p, ++at;
  }
  if (p == pattern.size())
    return at == line.size() ? "" : fmt::format("\"{}\" is left over", line.substr(at));
  const auto close = pattern.find('}', p);
  const std::string inside = pattern.substr(p + 1, close - p - 1);
  if (inside.empty()) {
    for (std::size_t end = at; end <= line.size(); ++end) {
      if (compare(pattern, close + 1, line, end).empty()) return "";
    }
    return fmt::format("nothing in \"{}\" is followed by \"{}\"", line.substr(at), pattern.substr(close + 1));
  }
  const Range range = parse_range(inside);
  char* end = nullptr;
  const double value = std::strtod(line.c_str() + at, &end);
  const auto stop = static_cast<std::size_t>(end - line.c_str());
  if (stop == at) return fmt::format("expected a number at \"{}\"", line.substr(at));
  if (!(value >= range.low && value <= range.high)) {
    return fmt::format("{} is not between {} and {}", value, range.low, range.high);
  }
  return compare(pattern, close + 1, line, stop);
}

}  // namespace

std::string difference(const std::string& pattern, const std::string& line) {
  return compare(pattern, 0, line, 0);
}

std::string missing_line(const std::vector<std::string>& patterns, const std::string& output) {
  std::istringstream lines(output);
  std::string nearest;
  for (const std::string& pattern : patterns) {
    bool found = false;
    nearest.clear();
    for (std::string line; !found && std::getline(lines, line);) {
      const std::string why = difference(pattern, line);
      found = why.empty();
      if (!found) nearest += fmt::format("\n  \"{}\": {}", line, why);
    }
    if (!found)
      return fmt::format("no line reads \"{}\"; after the line before it came:{}", pattern, nearest);
  }
  return "";
}

}  // namespace luge::testing
