#include "support/expected_text.h"

#include <gtest/gtest.h>

namespace luge::testing {
namespace {

TEST(ExpectedText, NumbersInARange) {
  EXPECT_EQ(difference("accuracy {0.8..0.9}", "accuracy 0.85"), "");
  EXPECT_EQ(difference("{-1..1} of {5..5}", "-0.5 of 5"), "");
  EXPECT_NE(difference("accuracy {0.8..0.9}", "accuracy 0.95"), "");
  EXPECT_NE(difference("accuracy {0.8..0.9}", "accuracy nan"), "");
  EXPECT_NE(difference("accuracy {0.8..0.9}", "accuracy good"), "");
  EXPECT_NE(difference("accuracy {0.8..0.9}", "accuracy 0.85 or so"), "");
}

TEST(ExpectedText, AnyText) {
  EXPECT_EQ(difference("saved {} bytes", "saved 12 + 3 bytes"), "");
  EXPECT_NE(difference("saved {} bytes", "saved 12 floats"), "");
  EXPECT_NE(difference("saved", "saved all"), "");
}

TEST(ExpectedText, OtherBracesAreText) {
  EXPECT_EQ(difference("f32[2] {1, 2.5}", "f32[2] {1, 2.5}"), "");
  EXPECT_EQ(difference("{{{0..1}, 2}}", "{{0.5, 2}}"), "");
  EXPECT_NE(difference("f32[2] {1, 2.5}", "f32[2] {1, 2.6}"), "");
  EXPECT_NE(difference("{1}", "1"), "");
}

TEST(ExpectedText, LinesInOrder) {
  const std::string output = "one\ntwo 2\nthree\n";
  EXPECT_EQ(missing_line({"one", "three"}, output), "");
  EXPECT_NE(missing_line({"three", "one"}, output), "");
  EXPECT_NE(missing_line({"two {3..4}"}, output).find("not between"), std::string::npos);
}

}  // namespace
}  // namespace luge::testing
