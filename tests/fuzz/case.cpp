#include "fuzz/case.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <sstream>

#include "core/dispatch.h"
#include "luge/error.h"

namespace luge::fuzz {
namespace {

constexpr std::array<std::string_view, 4> kWays = {"eager", "parts", "compiled", "step"};
constexpr std::array<std::string_view, 4> kUpdates = {"descent", "guarded", "momentum", "adam"};
constexpr std::array kDTypes = {f32, f64, bf16, f16, i8, u8, i16, i32, i64, boolean};

[[noreturn]] void bad_line(const std::string& line, std::string_view why) {
  throw FormatError(fmt::format("a case has the line \"{}\": {}", line, why));
}

Numbers numbers_of(const std::string& text, const std::string& line) {
  Numbers numbers;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    double value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size()) bad_line(line, part + " is not a number");
    numbers.push_back(value);
  }
  return numbers;
}

int value_of(std::string word, const std::string& line) {
  if (!word.empty() && word.back() == ',') word.pop_back();
  int number = -1;
  if (word.size() > 1 && word[0] == 'v') std::from_chars(word.data() + 1, word.data() + word.size(), number);
  if (number < 0) bad_line(line, word + " is not a value, expected v0, v1 …");
  return number;
}

Mode mode_of(std::istringstream& words, const std::string& line) {
  Mode mode;
  for (std::string word; words >> word;) {
    const auto way = std::find(kWays.begin(), kWays.end(), word);
    const auto update = std::find(kUpdates.begin(), kUpdates.end(), word);
    if (way != kWays.end())
      mode.way = static_cast<Way>(way - kWays.begin());
    else if (update != kUpdates.end())
      mode.update = static_cast<Update>(update - kUpdates.begin());
    else if (word == "f64")
      mode.real = f64;
    else if (word == "f32")
      mode.real = f32;
    else if (word == "bf16")
      mode.narrow = true;
    else if (word == "fast")
      mode.math = Math::fast;
    else if (word == "strict")
      mode.math = Math::strict;
    else if (word == "tight")
      mode.tight = true;
    else if (word.starts_with("threads="))
      mode.threads = std::stoi(word.substr(8));
    else
      bad_line(line, word + " is not a part of a mode");
  }
  return mode;
}

// "v2 = conv(v0, v1) stride=1,1", behind the equals sign.
Line line_of(std::istringstream& words, const std::string& text) {
  Line line;
  std::string rest;
  std::getline(words, rest);
  const std::size_t open = rest.find('('), close = rest.find(')');
  if (open != std::string::npos) {
    if (close == std::string::npos) bad_line(text, "a bracket is not closed");
    std::istringstream inputs(rest.substr(open + 1, close - open - 1));
    for (std::string word; inputs >> word;) line.in.push_back(value_of(word, text));
    std::istringstream(rest.substr(0, open)) >> line.op;
    rest = rest.substr(close + 1);
  }
  std::istringstream attributes(rest);
  if (open == std::string::npos) attributes >> line.op;
  for (std::string word; attributes >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) bad_line(text, word + " is not key=value");
    if (word.starts_with("dtype="))
      line.dtype = word.substr(equals + 1);
    else
      line.with[word.substr(0, equals)] = numbers_of(word.substr(equals + 1), text);
  }
  return line;
}

}  // namespace

double Line::number(const std::string& key, double fallback) const {
  const auto found = with.find(key);
  return found == with.end() || found->second.empty() ? fallback : found->second[0];
}

std::int64_t Line::whole(const std::string& key, std::int64_t fallback) const {
  return static_cast<std::int64_t>(number(key, static_cast<double>(fallback)));
}

std::vector<std::int64_t> Line::wholes(const std::string& key) const {
  const auto found = with.find(key);
  if (found == with.end()) return {};
  return {found->second.begin(), found->second.end()};
}

bool Case::has_halves() const {
  return std::any_of(lines.begin(), lines.end(),
                     [](const Line& line) { return line.dtype == "bf16" || line.dtype == "f16"; });
}

std::string to_text(const Mode& mode) {
  const std::string_view update = kUpdates[static_cast<std::size_t>(mode.update)];
  return fmt::format("{} {}{} {} threads={}{}", mode.narrow ? "bf16" : name(mode.real),
                     kWays[static_cast<std::size_t>(mode.way)],
                     mode.way == Way::step ? fmt::format(" {}", update) : "",
                     mode.math == Math::fast ? "fast" : "strict", mode.threads, mode.tight ? " tight" : "");
}

std::string to_text(const Line& line, std::size_t number) {
  std::string text = fmt::format("v{} = {}", number, line.op);
  if (!line.leaf()) {
    text += '(';
    for (std::size_t k = 0; k < line.in.size(); ++k) text += fmt::format("{}v{}", k ? ", " : "", line.in[k]);
    text += ')';
  }
  if (!line.dtype.empty()) text += " dtype=" + line.dtype;
  for (const auto& [key, numbers] : line.with) text += fmt::format(" {}={}", key, fmt::join(numbers, ","));
  return text;
}

std::string to_text(const Case& c) {
  std::string text = fmt::format("case {} of seed {}\n", c.number, c.seed);
  for (std::size_t k = 0; k < c.lines.size(); ++k) text += "  " + to_text(c.lines[k], k) + "\n";
  const auto list = [&](std::string_view what, const std::vector<int>& values) {
    text += fmt::format("  {}", what);
    for (int value : values) text += fmt::format(" v{}", value);
    text += "\n";
  };
  list("outputs", c.outputs);
  list("gradients", c.gradients);
  for (const Mode& mode : c.modes) text += "  mode " + to_text(mode) + "\n";
  return text;
}

std::vector<Case> parse_cases(const std::string& text) {
  std::vector<Case> cases;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, skipped;
    if (!(words >> word) || word[0] == '#') continue;
    if (word == "case") {
      Case& c = cases.emplace_back();
      if (!(words >> c.number >> skipped >> skipped >> c.seed)) bad_line(line, "expected case N of seed S");
      continue;
    }
    if (cases.empty()) bad_line(line, "no case has begun");
    Case& c = cases.back();
    if (word == "outputs" || word == "gradients") {
      auto& list = word == "outputs" ? c.outputs : c.gradients;
      for (std::string value; words >> value;) list.push_back(value_of(value, line));
    } else if (word == "mode") {
      c.modes.push_back(mode_of(words, line));
    } else {
      if (value_of(word, line) != static_cast<int>(c.lines.size()) || !(words >> skipped) || skipped != "=")
        bad_line(line, fmt::format("expected v{} = …", c.lines.size()));
      c.lines.push_back(line_of(words, line));
    }
  }
  return cases;
}

DType dtype_named(const std::string& word, DType real) {
  if (word == "real") return real;
  for (const DType dtype : kDTypes) {
    if (name(dtype) == word) return dtype;
  }
  throw FormatError(fmt::format("a case names the dtype \"{}\"; expected real, f32, i64 …", word));
}

double noise(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed * 0x9E3779B97F4A7C15u + index * 0xBF58476D1CE4E5B9u + 0x94D049BB133111EBu;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return static_cast<double>(z >> 40) / 16777216.0;
}

Tensor leaf_value(const Line& line, DType real) {
  const Shape shape = line.shape();
  const DType dtype = dtype_named(line.dtype, real);
  const double low = line.number("low"), high = line.number("high", 1), grid = line.number("grid");
  const auto seed = static_cast<std::uint64_t>(line.whole("seed"));
  std::vector<double> elements(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    double value = low + (high - low) * noise(seed, i);
    if (grid > 0) value = std::nearbyint(value * grid) / grid;
    elements[i] = is_floating(dtype) ? static_cast<double>(static_cast<float>(value)) : std::floor(value);
  }
  // From bytes: nothing is evaluated, so that this works inside a trace too.
  std::vector<std::byte> bytes(elements.size() * size_of(dtype));
  dispatch(dtype, [&]<class T>() {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const T element = convert_element<T>(elements[i]);
      std::memcpy(bytes.data() + i * sizeof(T), static_cast<const void*>(&element), sizeof(T));
    }
  });
  return tensor_from_bytes(bytes, dtype, shape);
}

Tensor loss_weight(std::size_t k, const Shape& shape, DType dtype) {
  Line line{"leaf", {}, {{"low", {0.5}}, {"high", {1.5}}, {"seed", {1000.0 + static_cast<double>(k)}}}, {}};
  line.dtype = "real";
  Numbers& extents = line.with["shape"];
  for (std::int64_t extent : shape) extents.push_back(static_cast<double>(extent));
  return leaf_value(line, dtype);
}

}  // namespace luge::fuzz
