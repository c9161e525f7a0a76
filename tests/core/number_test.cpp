#include "core/number.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <locale>
#include <string>

namespace luge {
namespace {

TEST(Number, ReadsNumbers) {
  EXPECT_EQ(parse_number("12"), 12);
  EXPECT_EQ(parse_number("-0.5"), -0.5);
  EXPECT_EQ(parse_number("+3e-4"), 3e-4);
  EXPECT_EQ(parse_number(" \t.5 "), 0.5);
  EXPECT_EQ(parse_number("1E5"), 1e5);
  EXPECT_EQ(parse_number("1.7976931348623157e308"), 1.7976931348623157e308);
  EXPECT_EQ(parse_number("4.9e-324"), 4.9e-324);
}

TEST(Number, TooSmallIsZero) {
  EXPECT_EQ(parse_number("1e-999"), 0);
  EXPECT_EQ(parse_number("0." + std::string(400, '0') + "1"), 0);
  EXPECT_EQ(parse_number("1e-99999999999999999999999"), 0);
  EXPECT_TRUE(std::signbit(parse_number("-1e-999").value()));
}

TEST(Number, SaysWhyNot) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "empty"},
      {"  ", "empty"},
      {"nan", "not finite"},
      {"-inf", "not finite"},
      {"NaN", "not finite"},
      {"1,5", "comma"},
      {"1e999", "range"},
      {"-1e999", "range"},
      {"0x1F", "hexadecimal"},
      {"shirt", "not a number"},
      {"1.5.2", "not a number"},
      {"1 2", "not a number"},
      {"+-1", "not a number"},
      {"--1", "not a number"},
      {"1e99999999999999999999", "range"},
      {"1e", "not a number"},
  };
  for (const auto& [text, why] : cases) {
    EXPECT_FALSE(parse_number(text)) << text;
    EXPECT_NE(why_not_a_number(text).find(why), std::string::npos) << text << " " << why_not_a_number(text);
  }
  EXPECT_NE(why_not_a_number("1" + std::string(400, '0') + "e-50").find("range"), std::string::npos);
}

struct DecimalComma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(Number, TheLocaleDoesNotMatter) {
  const std::string c_locale = std::setlocale(LC_ALL, nullptr);
  const std::locale before = std::locale::global(std::locale(std::locale(), new DecimalComma));
  std::setlocale(LC_ALL, "de_DE.UTF-8");  // where it is installed
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_FALSE(parse_number("1,5"));
  std::locale::global(before);
  std::setlocale(LC_ALL, c_locale.c_str());
}

}  // namespace
}  // namespace luge
