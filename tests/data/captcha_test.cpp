// Made-up pictures of letters, and file names that say what is written in a picture.
#include "luge/data/captcha.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using luge::testing::expect_error;

// A bar and a block, 10 pixels high, in two fonts.
CaptchaOptions options() {
  const io::Image bar{10, 2, 1, std::vector<std::uint8_t>(20, 255)},
      block{10, 8, 1, std::vector<std::uint8_t>(80, 255)}, thin{10, 1, 1, std::vector<std::uint8_t>(10, 200)};
  return {.samples = 200,
          .characters = {"I", "ü"},
          .letters = {{bar, block}, {thin, block}},
          .height = 24,
          .width = 80};
}

std::vector<float> pixels_of(const Record& record) {
  const auto view = record["input"].as<float>();
  return {view.begin(), view.end()};
}

TEST(Captcha, PicturesFollowFromSeedAndNumber) {
  const Dataset all = captcha(options());
  EXPECT_EQ(all.size(), 200);
  EXPECT_EQ(all.info().input(), (Field{f32, {1, 24, 80}}));
  EXPECT_TRUE(all.info().fields.at("text").text);
  EXPECT_EQ(pixels_of(all.record(7)), pixels_of(captcha(options()).record(7)));
  EXPECT_NE(pixels_of(all.record(7)), pixels_of(all.record(8)));
  CaptchaOptions other = options();
  other.seed = 1;
  EXPECT_NE(pixels_of(all.record(7)), pixels_of(captcha(other).record(7)));
  EXPECT_NE(all.source()->fingerprint(), captcha(other).source()->fingerprint());
  EXPECT_EQ(all.source()->fingerprint(), captcha(options()).source()->fingerprint());
}

TEST(Captcha, TextsHaveTheLengthsAndCharacters) {
  const Dataset all = captcha(options());
  std::map<std::size_t, int> lengths;
  std::set<std::string> texts;
  for (std::int64_t i = 0; i < all.size(); ++i) {
    const Record record = all.record(i);
    const std::string text(record["text"].text());
    std::size_t length = 0;
    for (std::size_t at = 0; at < text.size(); ++length) at += text.compare(at, 2, "ü") == 0 ? 2 : 1;
    ++lengths[length];
    texts.insert(text);
    const auto [low, high] = std::ranges::minmax(pixels_of(record));
    EXPECT_GE(low, 0);
    EXPECT_LE(high, 1);
    EXPECT_GT(high - low, 0.2) << "ink can be seen";
  }
  ASSERT_EQ(lengths.size(), 3u);
  for (const std::size_t length : {4, 5, 6}) EXPECT_GT(lengths[length], 40) << length;
  EXPECT_GT(texts.size(), 50u);
}

// Without noise and warp, a block of ink is wider than a bar: the picture is what the text says.
TEST(Captcha, InkIsThatOfTheLetters) {
  CaptchaOptions clean = options();
  clean.noise = clean.warp = 0, clean.shortest = clean.longest = 1;
  const Dataset all = captcha(clean);
  const auto dark = [&](const Record& record) {
    const std::vector<float> pixels = pixels_of(record);
    const float middle = (*std::ranges::min_element(pixels) + *std::ranges::max_element(pixels)) / 2;
    return std::ranges::count_if(pixels, [&](float each) { return each < middle; });
  };
  for (std::int64_t i = 0; i < 50; ++i) {
    const Record record = all.record(i);
    EXPECT_EQ(dark(record) > 150, record["text"].text() == "ü") << i << ": " << dark(record);
  }
}

TEST(Captcha, EpochsAreFreshWhereThatIsAsked) {
  CaptchaOptions fresh = options();
  fresh.fresh = true;
  const auto first = captcha(fresh).source();
  const auto second = first->at_epoch(1);
  ASSERT_TRUE(second);
  EXPECT_NE(pixels_of(read_record(*first, 3)), pixels_of(read_record(*second, 3)));
  EXPECT_EQ(pixels_of(read_record(*first, 3)), pixels_of(read_record(*first->at_epoch(0), 3)));
  EXPECT_FALSE(captcha(options()).source()->at_epoch(1));
}

TEST(Captcha, ColorsAreThreeChannels) {
  CaptchaOptions color = options();
  color.color = true;
  const Record record = captcha(color).record(0);
  EXPECT_EQ(record["input"].field.shape, (Shape{3, 24, 80}));
  const std::vector<float> pixels = pixels_of(record);
  EXPECT_FALSE(std::equal(pixels.begin(), pixels.begin() + 24 * 80, pixels.begin() + 24 * 80));
}

TEST(Captcha, OptionsOutOfRangeAreRefused) {
  const auto refused = [](auto change, std::initializer_list<std::string> words) {
    CaptchaOptions wrong = options();
    change(wrong);
    expect_error<ValueError>([&] { captcha(wrong); }, words);
  };
  refused([](auto& o) { o.samples = 0; }, {"samples is 0"});
  refused([](auto& o) { o.longest = 3; }, {"longest is 3", "4 to 64"});
  refused([](auto& o) { o.noise = 2; }, {"noise is 2", "0 to 1"});
  refused([](auto& o) { o.width = 8; }, {"width is 8"});
  refused([](auto& o) { o.characters = {}; }, {"no characters"});
  refused([](auto& o) { o.characters = {"a", "a"}; }, {"'a'"});
  refused([](auto& o) { o.letters.clear(); }, {"no fonts"});
  refused([](auto& o) { o.letters[1].pop_back(); }, {"1 letters", "2 characters"});
  refused([](auto& o) { o.letters[0][0].pixels.pop_back(); }, {"gray picture"});
}

TEST(Captcha, FileNamesSayTheText) {
  EXPECT_EQ(text_of_file_name("AB3xK.png"), "AB3xK");
  EXPECT_EQ(text_of_file_name("AB3xK_2.png"), "AB3xK");
  EXPECT_EQ(text_of_file_name("AB3xK_12.jpeg"), "AB3xK");
  EXPECT_EQ(text_of_file_name("a_b.png"), "a_b") << "no number";
  EXPECT_EQ(text_of_file_name("größe.png"), "größe");
}

TEST(BadInput, C82_FileNamesThatSayNoText) {
  expect_error<FormatError>([] { text_of_file_name(".png"); },
                            {".png: the name says no text", "AB3xK_2.png"});
  expect_error<FormatError>([] { text_of_file_name("_3.png"); }, {"_3.png: the name says no text"});
  expect_error<FormatError>([] { text_of_file_name("my cat.png"); }, {"my cat.png", "white space"});
  expect_error<FormatError>([] { text_of_file_name("a\x01.png"); }, {"control character"});
  expect_error<FormatError>([] { text_of_file_name("\xff.png"); }, {"not UTF-8"});
  expect_error<FormatError>([] { text_of_file_name(fmt::format("{:a>65}.png", "")); },
                            {"65 characters", "64"});
}

}  // namespace
}  // namespace luge::data
