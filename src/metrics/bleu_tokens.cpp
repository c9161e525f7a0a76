// bleu_tokens: how BLEU cuts texts into tokens, equal to sacrebleu's tokenizers.
#include <algorithm>
#include <array>
#include <utility>

#include "core/utf8.h"
#include "luge/metrics/sequences.h"

namespace luge::metrics {
namespace {

using Points = std::vector<std::uint32_t>;
using Range = std::pair<std::uint32_t, std::uint32_t>;

// What Python's str.split takes for white space.
constexpr std::array<Range, 9> kWhite = {{{0x09, 0x0d},
                                          {0x1c, 0x20},
                                          {0x85, 0x85},
                                          {0xa0, 0xa0},
                                          {0x1680, 0x1680},
                                          {0x2000, 0x200a},
                                          {0x2028, 0x2029},
                                          {0x202f, 0x202f},
                                          {0x205f, 0x205f}}};
constexpr std::uint32_t kWideSpace = 0x3000;

// What sacrebleu's zh takes for Chinese. It writes 20000-2a6d6 with escapes of four digits, which makes it
// 2001-2a6d there; scores are only equal with the same range.
constexpr std::array<Range, 19> kChinese = {{{0x2001, 0x2a6d}, {0x2e80, 0x2eff}, {0x2f00, 0x2fdf},
                                             {0x2ff0, 0x2fff}, {0x3000, 0x303f}, {0x3100, 0x312f},
                                             {0x31a0, 0x31bf}, {0x31c0, 0x31ef}, {0x3200, 0x32ff},
                                             {0x3300, 0x33ff}, {0x3400, 0x4db5}, {0x4e00, 0x9fa5},
                                             {0x9fa6, 0x9fbb}, {0xf900, 0xfa2d}, {0xfa30, 0xfa6a},
                                             {0xfa70, 0xfad9}, {0xfe10, 0xfe1f}, {0xfe30, 0xfe4f},
                                             {0xff00, 0xffef}}};

bool is_in(std::uint32_t point, const auto& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& each) {
    return each.first <= point && point <= each.second;
  });
}
bool is_white(std::uint32_t point) { return point == kWideSpace || is_in(point, kWhite); }
bool is_digit(char c) { return '0' <= c && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }

void trim_end(Points& points) {
  while (!points.empty() && is_white(points.back())) points.pop_back();
}

std::string text_from(const Points& points) {
  std::string text;
  for (const std::uint32_t point : points) append_utf8(text, point);
  return text;
}

std::vector<std::string> split_at_white(const Points& points) {
  std::vector<std::string> tokens;
  bool inside = false;
  for (const std::uint32_t point : points) {
    const bool white = is_white(point);
    if (!white && !inside) tokens.emplace_back();
    if (!white) append_utf8(tokens.back(), point);
    inside = !white;
  }
  return tokens;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

// Each pair of bytes that `matches`, one after the other from the left; `write` puts it with spaces.
std::string for_pairs(const std::string& text, auto matches, auto write) {
  std::string made;
  for (std::size_t k = 0; k < text.size();) {
    if (k + 1 < text.size() && matches(text[k], text[k + 1])) {
      write(made, text[k], text[k + 1]);
      k += 2;
    } else {
      made += text[k++];
    }
  }
  return made;
}

// Western punctuation is a token; full stops and commas but for those between digits; a dash after one.
std::string western(const std::string& text) {
  std::string made;
  for (const char c : text) {
    const bool letter = ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
    const bool alone = ' ' <= c && c <= '~' && !letter && c != '\'' && c != ',' && c != '-' && c != '.';
    if (alone) made += ' ';
    made += c;
    if (alone) made += ' ';
  }
  made = for_pairs(made, [](char a, char b) { return !is_digit(a) && is_stop(b); },
                   [](std::string& to, char a, char b) { to += a, to += ' ', to += b, to += ' '; });
  made = for_pairs(made, [](char a, char b) { return is_stop(a) && !is_digit(b); },
                   [](std::string& to, char a, char b) { to += ' ', to += a, to += ' ', to += b; });
  return for_pairs(made, [](char a, char b) { return is_digit(a) && b == '-'; },
                   [](std::string& to, char a, char b) { to += a, to += ' ', to += b, to += ' '; });
}

std::vector<std::string> by_mteval(Points points) {
  trim_end(points);
  std::string text = text_from(points);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  for (const auto& [entity, character] : {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}})
    replace_all(text, entity, character);
  return split_at_white(code_points(western(" " + text + " ")));
}

std::vector<std::string> by_chinese(Points points) {
  trim_end(points);
  points.erase(points.begin(),
               std::find_if(points.begin(), points.end(), [](std::uint32_t each) { return !is_white(each); }));
  Points spaced;
  for (const std::uint32_t point : points) {
    const bool alone = is_in(point, kChinese);
    if (alone) spaced.push_back(' ');
    spaced.push_back(point);
    if (alone) spaced.push_back(' ');
  }
  return split_at_white(code_points(western(text_from(spaced))));
}

}  // namespace

std::vector<std::string> bleu_tokens(std::string_view text, BleuTokens how) {
  const Points points = code_points(to_utf8_escapes(text));
  switch (how) {
    case BleuTokens::none: return split_at_white(points);
    case BleuTokens::mteval13a: return by_mteval(points);
    case BleuTokens::zh: return by_chinese(points);
    case BleuTokens::characters: break;
  }
  std::vector<std::string> tokens;
  for (const std::uint32_t point : points) {
    if (!is_white(point)) append_utf8(tokens.emplace_back(), point);
  }
  return tokens;
}

}  // namespace luge::metrics
