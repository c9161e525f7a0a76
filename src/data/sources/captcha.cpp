// captcha: pictures of a few letters, each drawn when it is read.
#include "luge/data/captcha.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "core/utf8.h"
#include "data/distinct.h"
#include "data/fingerprint.h"
#include "data/sources/captcha_picture.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::int64_t kMostCharacters = 64;

void check_range(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw ValueError(fmt::format("captcha: {} is {}; expected {} to {}", name, value, low, high));
}

void check(const CaptchaOptions& o) {
  check_range("samples", static_cast<double>(o.samples), 1, 1e12);
  check_range("shortest", static_cast<double>(o.shortest), 1, kMostCharacters);
  check_range("longest", static_cast<double>(o.longest), static_cast<double>(o.shortest), kMostCharacters);
  check_range("height", static_cast<double>(o.height), 16, 512);
  check_range("width", static_cast<double>(o.width), 16, 2048);
  check_range("noise", o.noise, 0, 1);
  check_range("warp", o.warp, 0, 1);
  if (o.characters.empty()) throw ValueError("captcha: there are no characters; expected one or more");
  check_distinct("captcha", "characters", o.characters);
  if (o.letters.empty()) throw ValueError("captcha: there are no fonts; expected one or more");
  for (const std::vector<io::Image>& font : o.letters) {
    const bool right = font.size() == o.characters.size() &&
                       std::all_of(font.begin(), font.end(), [](const io::Image& letter) {
                         return letter.channels == 1 && letter.width > 0 && letter.height > 0 &&
                                std::ssize(letter.pixels) == letter.width * letter.height;
                       });
    if (!right)
      throw ValueError(
          fmt::format("captcha: a font has {} letters; expected a gray picture of each of the {} "
                      "characters",
                      font.size(), o.characters.size()));
  }
}

class CaptchaSource final : public Source {
 public:
  CaptchaSource(std::shared_ptr<const CaptchaOptions> options, std::int64_t epoch)
      : o_(std::move(options)), epoch_(epoch) {
    info_.name = "captcha";
    info_.fields = {{std::string(kInput), {u8, {o_->color ? 3 : 1, o_->height, o_->width}}},
                    {"text", Field::utf8()}};
  }
  std::int64_t size() const override { return o_->samples; }
  const Info& info() const override { return info_; }
  std::string where(std::int64_t index) const override { return fmt::format("captcha, picture {}", index); }
  void read(std::int64_t index, Row& row) const override {
    const auto number = static_cast<std::uint64_t>(epoch_ * o_->samples + index);
    if (row.wants(0)) draw_captcha(*o_, number, row.write_as<std::uint8_t>(0));
    if (!row.wants(1)) return;
    std::string text;
    for (const std::size_t each : captcha_characters(*o_, number)) text += o_->characters[each];
    row.write(1, HostArray::of_text(text));
  }
  std::shared_ptr<const Source> at_epoch(std::int64_t epoch) const override {
    return o_->fresh ? std::make_shared<CaptchaSource>(o_, epoch) : nullptr;
  }
  // All pictures follow from these numbers.
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const std::int64_t each : {o_->samples, o_->shortest, o_->longest, o_->height, o_->width,
                                    std::int64_t{o_->color}, std::int64_t{o_->fresh}})
      hash.add(static_cast<std::uint64_t>(each));
    hash.add(o_->seed).add(std::span<const double>(std::array{o_->noise, o_->warp}));
    for (const std::string& each : o_->characters) hash.add(each);
    for (const auto& font : o_->letters) {
      for (const io::Image& letter : font)
        hash.add(static_cast<std::uint64_t>(letter.width)).add(std::span<const std::uint8_t>(letter.pixels));
    }
    return hash.value();
  }

 private:
  std::shared_ptr<const CaptchaOptions> o_;
  std::int64_t epoch_;
  Info info_;
};

}  // namespace

Dataset captcha(const CaptchaOptions& options) {
  check(options);
  return Dataset(std::make_shared<CaptchaSource>(std::make_shared<const CaptchaOptions>(options), 0))
      .affine({{0.0f}, {1.0f / 255.0f}});
}

std::string text_of_file_name(const std::string& name) {
  const auto refuse = [&](const std::string& what) {
    throw FormatError(fmt::format(
        "{}: {}; expected the letters of the picture before the ending, as in AB3xK.png or AB3xK_2.png", name,
        what));
  };
  std::string text = name.substr(0, name.rfind('.'));
  const std::size_t line = text.rfind('_');
  if (line != std::string::npos && line + 1 < text.size() &&
      text.find_first_not_of("0123456789", line + 1) == std::string::npos)
    text.resize(line);
  if (first_invalid_utf8(text) != std::string::npos) refuse("the name is not UTF-8");
  if (text.empty()) refuse("the name says no text");
  const std::vector<std::uint32_t> points = code_points(text);
  if (std::ssize(points) > kMostCharacters)
    refuse(fmt::format("the name has {} characters, more than {}", points.size(), kMostCharacters));
  const bool blank = std::any_of(points.begin(), points.end(), [](std::uint32_t point) {
    return point <= ' ' || point == 0x7F || (point >= 0x80 && point <= 0xA0) || point == 0x3000;
  });
  if (blank) refuse("the name has white space or a control character");
  return text;
}

}  // namespace luge::data
