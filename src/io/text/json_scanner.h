// Reads JSON of a known form piece by piece, so that duplicate keys, number forms and depth can be checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace luge::io {

/// Blanks between the pieces are skipped. Every call throws FormatError "<where>: byte <n>: …" when something
/// else is there; n counts from `first_byte`. There is no recursion.
class JsonScanner {
 public:
  JsonScanner(std::string_view text, std::string where, std::uint64_t first_byte);

  /// Takes `wanted` if it comes next.
  bool accept(char wanted);
  void expect(char wanted);
  /// A string with its escapes resolved: UTF-8 without NUL.
  std::string string();
  /// A whole number from 0 to 2^64-1, written in digits alone: neither 1.0 nor 1e2 nor -0 nor 01.
  std::uint64_t natural();
  void expect_end();

  [[noreturn]] void fail(const std::string& what) const;

 private:
  void skip_blanks();
  std::string next_text() const;
  void escape(std::string& result);
  std::uint32_t hex4();

  std::string_view text_;
  std::string where_;
  std::uint64_t first_byte_;
  std::size_t at_ = 0;
};

/// Appends `text` as a JSON string, quotes included. The text must be UTF-8.
void append_json_string(std::string& json, std::string_view text);

}  // namespace luge::io
