#include "io/arrays/npy_header.h"

#include <fmt/format.h>

#include <charconv>

#include "luge/error.h"

namespace luge::io {
namespace {

class Parser {
 public:
  Parser(const std::string& name, std::string_view text) : name_(name), text_(text) {}

  NpyHeader header() {
    NpyHeader header;
    int seen = 0;
    need('{');
    while (!take('}')) {
      const std::string key = quoted();
      need(':');
      if (key == "descr") {
        header.descr = descr(), seen |= 1;
      } else if (key == "fortran_order") {
        header.fortran_order = truth(), seen |= 2;
      } else if (key == "shape") {
        header.shape = extents(), seen |= 4;
      } else {
        fail(fmt::format("the key '{}' is not known; expected descr, fortran_order and shape",
                         key.substr(0, 40)));
      }
      if (!take(',') && peek() != '}') fail("a comma is missing");
    }
    skip_blanks();
    if (!text_.empty()) fail("text follows the dictionary");
    if (seen != 7) fail("expected descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw FormatError(fmt::format("{}: the header of the array is damaged: {}", name_, what));
  }
  void skip_blanks() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n' || text_[0] == '\t'))
      text_.remove_prefix(1);
  }
  char peek() {
    skip_blanks();
    return text_.empty() ? '\0' : text_[0];
  }
  bool take(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char c) {
    if (!take(c)) fail(fmt::format("expected '{}'", c));
  }
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("expected a text in quotes");
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) fail("a quote is never closed");
    std::string text(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return text;
  }
  std::string descr() {
    if (peek() == '[')
      throw FormatError(
          fmt::format("{}: holds records of several fields (a structured dtype); expected numbers of "
                      "one dtype",
                      name_));
    return quoted();
  }
  bool truth() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return word == "True";
    }
    fail("expected True or False");
  }
  std::vector<std::int64_t> extents() {
    std::vector<std::int64_t> shape;
    need('(');
    while (!take(')')) {
      skip_blanks();
      std::int64_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc() || extent < 0) fail("an extent is not a whole number from 0");
      if (shape.size() >= 64) fail("more than 64 extents");
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      if (!text_.empty() && text_[0] == 'L') text_.remove_prefix(1);  // Python 2
      shape.push_back(extent);
      if (!take(',') && peek() != ')') fail("a comma is missing between extents");
    }
    return shape;
  }
  const std::string& name_;
  std::string_view text_;
};

}  // namespace

NpyHeader parse_npy_header(const std::string& name, std::string_view text) {
  return Parser(name, text).header();
}

}  // namespace luge::io
