#include "metrics/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/utf8.h"
#include "luge/error.h"
#include "metrics/record_fields.h"

namespace luge::metrics {
namespace {

constexpr std::string_view kText = "text", kTokens = "tokens", kSpaces = " \t\r\n\f\v";
constexpr std::int64_t kMostRead = std::int64_t{1} << 62;

Tokens words_of(std::string_view text) {
  Tokens words;
  for (std::size_t from = text.find_first_not_of(kSpaces); from != text.npos;) {
    const std::size_t to = std::min(text.find_first_of(kSpaces, from), text.size());
    words.emplace_back(text.substr(from, to - from));
    from = text.find_first_not_of(kSpaces, to);
  }
  return words;
}

// Bytes that are not UTF-8 are characters that differ from all others.
Tokens characters_of(std::string_view text) {
  const std::size_t from = text.find_first_not_of(kSpaces);
  if (from == text.npos) return {};
  text = text.substr(from, text.find_last_not_of(kSpaces) - from + 1);
  Tokens characters;
  for (const std::uint32_t point : code_points(to_utf8_escapes(text)))
    append_utf8(characters.emplace_back(), point);
  return characters;
}

Tokens read(const std::string& who, std::string_view name, const data::HostArray& value, bool text,
            Split split) {
  if (text && value.field.text)
    return split == Split::words ? words_of(value.text()) : characters_of(value.text());
  const bool ids = value.field.dtype == i64 || value.field.dtype == i32;
  if (text || value.field.text || !ids || value.field.shape.rank() > 1) {
    throw DTypeError(fmt::format("{}: '{}' is {}; expected {}", who, name, value.field.to_string(),
                                 text ? "text" : "a list of ids, i32 or i64"));
  }
  Tokens tokens;
  for (std::size_t k = 0; k < static_cast<std::size_t>(value.field.shape.elements()); ++k)
    tokens.push_back(shown(value, k));
  return tokens;
}

}  // namespace

std::pair<Tokens, Tokens> tokens_of(const std::string& who, const data::Record& prediction,
                                    const data::Record& truth, Split split) {
  const bool text = !prediction.contains(kTokens);
  const std::string_view name = text ? kText : kTokens;
  const data::HostArray& predicted =
      field_of(who, "prediction", prediction, name, fmt::format("a text, nor '{}' with ids", kTokens));
  const data::HostArray& actual = field_of(who, "truth", truth, data::kTarget, "what is true");
  return {read(who, name, predicted, text, split), read(who, data::kTarget, actual, text, split)};
}

std::int64_t edits_between(const Tokens& a, const Tokens& b) {
  // What both begin with needs no edit.
  const auto [from_a, from_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto length = static_cast<std::size_t>(b.end() - from_b);
  std::vector<std::int64_t> row(length + 1);
  std::iota(row.begin(), row.end(), 0);
  for (auto token = from_a; token != a.end(); ++token) {
    std::int64_t diagonal = row[0]++;
    for (std::size_t k = 0; k < length; ++k) {
      const std::int64_t replaced = diagonal + (*token != from_b[static_cast<std::ptrdiff_t>(k)]);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row[length];
}

void WholeSums::add(const WholeSums& other) {
  for (std::size_t k = 0; k < sums_.size(); ++k) sums_[k] += other.sums_[k];
}

std::string WholeSums::text() const { return nlohmann::json(sums_).dump(); }

WholeSums WholeSums::parse(const std::string& who, const std::string& text, std::size_t size) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  const bool right =
      json.is_array() && json.size() == size && std::all_of(json.begin(), json.end(), [](const auto& x) {
        return x.is_number_integer() && x.template get<std::int64_t>() >= 0 &&
               x.template get<std::int64_t>() <= kMostRead;
      });
  if (!right)
    throw FormatError(
        fmt::format("{}: the saved sums are damaged; expected {} whole numbers from 0", who, size));
  WholeSums read(size);
  for (std::size_t k = 0; k < size; ++k) read[k] = json[k].get<std::int64_t>();
  return read;
}

}  // namespace luge::metrics
