// captcha: the named data set of made-up pictures of letters, in fonts of this machine.
#include <algorithm>

#include "core/utf8.h"
#include "experiment/named_data.h"
#include "experiment/picture_keys.h"
#include "luge/data/captcha.h"
#include "luge/draw/letters.h"
#include "luge/error.h"

namespace luge::experiment {
namespace {

struct CaptchaKeys {
  std::int64_t samples = 20000, held_back = 2000;
  std::int64_t shortest = 4, longest = 6;
  std::string characters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  std::vector<std::string> fonts = {"DejaVu Sans", "DejaVu Sans Bold", "DejaVu Serif",
                                    "DejaVu Sans Mono Bold"};
  PictureSize pixels = {48, 144};
  double noise = 0.5, warp = 0.5;
  bool color = false, fresh = true;
  std::int64_t draw = 0;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("samples", self.samples, "number of training samples in an epoch", at_least(1));
    field("held_back", self.held_back, "number of samples for validation, and of those for the test",
          at_least(1));
    field("shortest", self.shortest, "fewest characters of a picture", within(1, 64));
    field("longest", self.longest, "most characters of a picture", within(1, 64));
    field("characters", self.characters, "those that occur; people mistake 0 and O, and 1 and I",
          elsewhere({"alphabet", "charset"}));
    field("fonts", self.fonts, "of this machine, each a family that a style may follow");
    field("pixels", self.pixels, "height and width of a picture: 64, or HEIGHTxWIDTH");
    field("noise", self.noise, "from 0, clean paper, to 1: grain, dots and lines", within(0, 1));
    field("warp", self.warp, "from 0, straight letters, to 1: turned letters on a wavy line", within(0, 1));
    field("colored", self.color, "ink and paper have colors");
    field("fresh", self.fresh, "each epoch has other pictures");
    field("draw", self.draw, "another number draws other pictures", at_least(0));
  }
};

data::CaptchaOptions options_of(const CaptchaKeys& keys) {
  constexpr double kSize = 40;  // of the font, so that letters shrink a little on most pictures
  data::CaptchaOptions options{.samples = keys.held_back,
                               .shortest = keys.shortest,
                               .longest = keys.longest,
                               .height = keys.pixels.height,
                               .width = keys.pixels.width,
                               .noise = keys.noise,
                               .warp = keys.warp,
                               .color = keys.color};
  if (first_invalid_utf8(keys.characters) != std::string::npos)
    throw ValueError("captcha: the characters are not UTF-8");
  for (const std::uint32_t point : code_points(keys.characters))
    append_utf8(options.characters.emplace_back(), point);
  const double size = std::max(kSize, static_cast<double>(keys.pixels.height) * kSize / 48);
  for (const std::string& font : keys.fonts)
    options.letters.push_back(draw::letters(font, options.characters, std::min(512.0, size)));
  return options;
}

// Each part has a seed of its own.
DataSet captcha(const CaptchaKeys& keys) {
  data::CaptchaOptions options = options_of(keys);
  const auto part = [&](std::uint64_t number) {
    options.seed = 3 * static_cast<std::uint64_t>(keys.draw) + number;
    return data::captcha(options);
  };
  const data::Dataset valid = part(1), test = part(2);
  options.samples = keys.samples, options.fresh = keys.fresh;
  return {"captcha", part(0), test, false, valid};
}

const bool added_captcha_data =
    add_data_set("captcha", "made-up pictures of 4 to 6 letters and digits, 48x144 in gray", captcha);

}  // namespace
}  // namespace luge::experiment
