#include "experiment/toml_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/utf8.h"
#include "io/files/input_file.h"
#include "luge/error.h"

namespace luge::experiment {
namespace {

constexpr std::uint64_t kLargestFile = 1 << 20;

void flatten(const toml::table& table, const std::string& prefix, const std::string& path, FlatToml& flat) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const auto* array = node.as_array();
    if (const auto* inner = node.as_table()) {
      flatten(*inner, key + ".", path, flat);
    } else if (array && array->is_homogeneous(toml::node_type::table)) {
      std::size_t number = 0;
      for (const toml::node& each : *array)
        flatten(*each.as_table(), fmt::format("{}.{}.", key, number++), path, flat);
    } else if (const auto text = node.value<std::string>()) {
      flat.emplace_back(key, from_utf8_escapes(*text));
    } else if (const auto whole = node.value_exact<std::int64_t>()) {
      flat.emplace_back(key, std::to_string(*whole));
    } else if (const auto real = node.value_exact<double>()) {
      flat.emplace_back(key, fmt::format("{}", *real));
    } else if (const auto truth = node.value_exact<bool>()) {
      flat.emplace_back(key, *truth ? "true" : "false");
    } else {
      throw FormatError(
          fmt::format("{}, line {}: '{}' is a list or a date; expected a text, a number, true or false", path,
                      node.source().begin.line, key));
    }
  }
}

bool stands_bare(const std::string& text) {
  if (text == "true" || text == "false") return true;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value) && !leading_zero &&
         text.back() != '.' && text[0] != '.';
}

// TOML is UTF-8, a path may be anything.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : to_utf8_escapes(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? fmt::format("\\u{:04x}", static_cast<unsigned char>(c))
                                                : std::string(1, c);
  }
  return out + '"';
}

}  // namespace

FlatToml read_toml(const std::string& path) {
  const io::InputFile file(path);
  if (file.size() > kLargestFile)
    throw FormatError(fmt::format("{}: {} bytes; expected at most {}", path, file.size(), kLargestFile));
  std::string content(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(content)));
  FlatToml flat;
  try {
    flatten(toml::parse(content, path), "", path, flat);
  } catch (const toml::parse_error& error) {
    throw FormatError(fmt::format("{}, line {}: {}", path, error.source().begin.line, error.description()));
  }
  return flat;
}

std::string to_toml(const FlatToml& values) {
  // The header of the table that a key is in: [train] for train.epochs, [[stage]] for stage.0.epochs.
  struct Split {
    std::string table, name;
    bool is_array = false;
  };
  const auto split = [](const std::string& key) -> Split {
    const auto dot = key.find('.');
    if (dot == std::string::npos) return {"", key};
    const auto next = key.find('.', dot + 1);
    const bool numbered = next != std::string::npos && key.find_first_not_of("0123456789", dot + 1) == next;
    if (numbered) return {key.substr(0, next), key.substr(next + 1), true};
    return {key.substr(0, dot), key.substr(dot + 1)};
  };
  FlatToml sorted = values;
  // Tables of a list keep their order.
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
    const Split x = split(a.first), y = split(b.first);
    if (x.is_array != y.is_array) return y.is_array;
    return !x.is_array && x.table < y.table;
  });
  std::string text, table;
  for (const auto& [key, value] : sorted) {
    const Split own = split(key);
    if (own.table != table) {
      table = own.table;
      text += own.is_array ? fmt::format("\n[[{}]]\n", table.substr(0, table.find('.')))
                           : fmt::format("\n[{}]\n", table);
    }
    text += fmt::format("{} = {}\n", own.name, stands_bare(value) ? value : quoted(value));
  }
  return text;
}

}  // namespace luge::experiment
