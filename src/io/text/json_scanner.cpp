#include "io/text/json_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/utf8.h"
#include "luge/error.h"

namespace luge::io {
namespace {

bool needs_escape(char letter) {
  return letter == '"' || letter == '\\' || static_cast<unsigned char>(letter) < 0x20;
}

void append_escape(std::string& json, char letter) {
  switch (letter) {
    case '"': json += "\\\""; break;
    case '\\': json += "\\\\"; break;
    case '\n': json += "\\n"; break;
    case '\r': json += "\\r"; break;
    case '\t': json += "\\t"; break;
    default: json += fmt::format("\\u{:04x}", static_cast<unsigned>(letter));
  }
}

}  // namespace

JsonScanner::JsonScanner(std::string_view text, std::string where, std::uint64_t first_byte)
    : text_(text), where_(std::move(where)), first_byte_(first_byte) {
  if (const std::size_t bad = first_invalid_utf8(text_); bad != std::string_view::npos) {
    at_ = bad;
    fail("expected JSON in UTF-8, got a byte that is not UTF-8");
  }
}

void JsonScanner::skip_blanks() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
}

bool JsonScanner::accept(char wanted) {
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != wanted) return false;
  ++at_;
  return true;
}

void JsonScanner::expect(char wanted) {
  if (!accept(wanted)) fail(fmt::format("expected {}, got {}", wanted, next_text()));
}

void JsonScanner::expect_end() {
  skip_blanks();
  if (at_ != text_.size()) fail(fmt::format("expected the end, got {}", next_text()));
}

std::string JsonScanner::string() {
  if (!accept('"')) fail(fmt::format("expected a string, got {}", next_text()));
  std::string result;
  while (true) {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    result.append(text_.substr(start, at_ - start));
    if (at_ >= text_.size()) fail("the string has no end");
    const char stop = text_[at_++];
    if (stop == '"') return result;
    if (stop != '\\') fail("a string has a control character");
    escape(result);
  }
}

void JsonScanner::escape(std::string& result) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
  const char letter = at_ < text_.size() ? text_[at_++] : '\0';
  if (const std::size_t known = kLetters.find(letter); known != std::string_view::npos && letter != '\0') {
    result.push_back(kMeaning[known]);
    return;
  }
  if (letter != 'u') fail("unknown escape in a string");
  std::uint32_t code = hex4();
  if (code >= 0xD800 && code < 0xDC00) {
    if (text_.substr(at_, 2) != "\\u") fail("a string has half of a surrogate pair");
    at_ += 2;
    const std::uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) fail("a string has half of a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code <= 0xDFFF) {
    fail("a string has half of a surrogate pair");
  }
  if (code == 0) fail("a string has a NUL");
  append_utf8(result, code);
}

std::uint32_t JsonScanner::hex4() {
  const std::string_view digits = text_.substr(at_, 4);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4)
    fail("\\u needs four hexadecimal digits");
  at_ += 4;
  return value;
}

std::uint64_t JsonScanner::natural() {
  skip_blanks();
  const std::size_t length = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size()) - at_;
  const std::string_view token = text_.substr(at_, length);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  const bool leading_zero = token.size() > 1 && token[0] == '0';
  if (token.empty() || error != std::errc() || end != token.data() + token.size() || leading_zero) {
    fail(fmt::format("expected a whole number from 0 to 2^64-1, got {}",
                     token.empty() ? next_text() : std::string(token.substr(0, 40))));
  }
  at_ += token.size();
  return value;
}

void JsonScanner::fail(const std::string& what) const {
  throw FormatError(fmt::format("{}: byte {}: {}", where_, first_byte_ + at_, what));
}

// What comes next, for messages: "the end" or a few characters.
std::string JsonScanner::next_text() const {
  if (at_ >= text_.size()) return "the end";
  std::string shown;
  const std::string_view next = text_.substr(at_, 12);
  append_json_string(shown, next.substr(0, first_invalid_utf8(next)));  // no half letter at the end
  return shown;
}

void append_json_string(std::string& json, std::string_view text) {
  json.push_back('"');
  while (!text.empty()) {
    const auto plain = std::find_if(text.begin(), text.end(), needs_escape) - text.begin();
    json += text.substr(0, static_cast<std::size_t>(plain));
    text.remove_prefix(static_cast<std::size_t>(plain));
    if (text.empty()) break;
    append_escape(json, text.front());
    text.remove_prefix(1);
  }
  json.push_back('"');
}

}  // namespace luge::io
