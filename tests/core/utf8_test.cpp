#include "core/utf8.h"

#include <gtest/gtest.h>

namespace luge {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

TEST(Utf8, AcceptsWhatUnicodeAllows) {
  EXPECT_EQ(first_invalid_utf8(""), kNone);
  EXPECT_EQ(first_invalid_utf8("plain text of more than eight bytes"), kNone);
  EXPECT_EQ(first_invalid_utf8("Größe ≤ 10, 你好, 🛷"), kNone);
  EXPECT_EQ(first_invalid_utf8("\xF4\x8F\xBF\xBF"), kNone);  // U+10FFFF
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(first_invalid_utf8("abcdefgh\xFF"), 8u);
  EXPECT_EQ(first_invalid_utf8("Gr\xF6\xDF"
                               "e"),
            2u);                                          // Latin-1
  EXPECT_EQ(first_invalid_utf8("\xC0\xAF"), 0u);          // overlong
  EXPECT_EQ(first_invalid_utf8("a\xED\xA0\x80"), 1u);     // surrogate
  EXPECT_EQ(first_invalid_utf8("\xF4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(first_invalid_utf8("ab\xE2\x82"), 2u);        // cut
  EXPECT_EQ(first_invalid_utf8("\x80"), 0u);
}

TEST(Utf8, ShowsWhatIsNone) {
  EXPECT_EQ(valid_utf8("caf\xE9.csv, Größe"), "caf\uFFFD.csv, Größe");
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8(""), "");
}

TEST(Utf8, EscapesAnyBytesAndGetsThemBack) {
  std::string all = "plain, Größe, \uEF80 \uEFFF \xEE\xBE";
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string text = to_utf8_escapes(all);
  EXPECT_EQ(first_invalid_utf8(text), kNone);
  EXPECT_EQ(from_utf8_escapes(text), all);
  EXPECT_EQ(to_utf8_escapes("plain, Größe"), "plain, Größe");
}

TEST(Utf8, WritesEveryLength) {
  std::string text;
  for (const std::uint32_t code : {0x41u, 0xF6u, 0x2264u, 0x1F6F7u}) append_utf8(text, code);
  EXPECT_EQ(text, "Aö≤🛷");
}

}  // namespace
}  // namespace luge
