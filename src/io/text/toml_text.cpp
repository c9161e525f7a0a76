#include "io/text/toml_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "core/utf8.h"
#include "io/files/input_file.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr std::uint64_t kLargestFile = 1 << 20;

template <class T>
std::vector<T> list(const toml::array& array) {
  std::vector<T> all;
  for (const toml::node& each : array) all.push_back(*each.value<T>());
  return all;
}

std::optional<options::Value> list_value(const toml::array& array) {
  const auto all = [&](auto fits) { return std::all_of(array.begin(), array.end(), fits); };
  if (all([](const toml::node& each) { return each.is_integer(); })) return list<std::int64_t>(array);
  if (all([](const toml::node& each) { return each.is_number(); })) return list<double>(array);
  if (!all([](const toml::node& each) { return each.is_string(); })) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& each : array) texts.push_back(from_utf8_escapes(*each.value<std::string>()));
  return texts;
}

std::string number_text(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";  // e: an exponent; n: nan, inf
  return text;
}

}  // namespace

toml::table read_toml(const std::string& path) {
  const InputFile file(path);
  if (file.size() > kLargestFile)
    throw FormatError(fmt::format("{}: {} bytes; expected at most {}", path, file.size(), kLargestFile));
  std::string content(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(content)));
  try {
    return toml::parse(content, path);
  } catch (const toml::parse_error& error) {
    throw FormatError(fmt::format("{}, line {}: {}", path, error.source().begin.line, error.description()));
  }
}

std::string toml_place(const std::string& path, const toml::node& node) {
  return fmt::format("{}, line {}", path, node.source().begin.line);
}

std::optional<options::Value> toml_value(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return from_utf8_escapes(*text);
  if (const auto whole = node.value_exact<std::int64_t>()) return *whole;
  if (const auto real = node.value_exact<double>()) return *real;
  if (const auto truth = node.value_exact<bool>()) return *truth;
  if (const toml::array* array = node.as_array()) return list_value(*array);
  return std::nullopt;
}

std::string toml_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : to_utf8_escapes(std::string(text))) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    out += byte < 0x20 || byte == 0x7f ? fmt::format("\\u{:04x}", byte) : std::string(1, c);
  }
  return out + '"';
}

std::string toml_text(const options::Value& value) {
  return std::visit(
      []<class T>(const T& own) -> std::string {
        if constexpr (std::same_as<T, std::monostate>) {
          return "\"\"";
        } else if constexpr (std::same_as<T, std::string>) {
          return toml_quoted(own);
        } else if constexpr (std::same_as<T, double>) {
          return number_text(own);
        } else if constexpr (std::same_as<T, bool> || std::same_as<T, std::int64_t>) {
          return fmt::format("{}", own);
        } else {
          std::vector<std::string> parts;
          for (const auto& each : own) parts.push_back(toml_text(options::Value(each)));
          return fmt::format("[{}]", fmt::join(parts, ", "));
        }
      },
      value);
}

}  // namespace luge::io
