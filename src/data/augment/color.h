// What the augmentations of color share, and what they do to pixels.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/augment/draws.h"
#include "data/augment/picture.h"
#include "data/augment/pixels.h"
#include "luge/data/augment.h"
#include "luge/options.h"

namespace luge::data {

/// The pixels of a picture: bytes from 0 to 255, or numbers from 0 (black) to 1 (white). One of both is
/// empty.
struct Shades {
  std::string_view augmentation;
  std::span<std::uint8_t> bytes;
  std::span<float> numbers;
  std::int64_t channels = 0, height = 0, width = 0;
  std::size_t area() const { return static_cast<std::size_t>(height * width); }
};

/// Gives the pixels of the picture to a function. Floating numbers are divided by `white` before, and
/// multiplied afterwards. Throws ValueError, ShapeError or DTypeError, beginning with the augmentation, when
/// there is no picture of u8 or floating numbers, and ValueError for a number above 2·white: white is another
/// one then.
void change_shades(std::string_view augmentation, Record& record, double white,
                   const std::function<void(const Shades&)>& function);

/// What all augmentations of color can be told.
struct WhiteOptions {
  double white = 1;
};
void white_field(auto& self, auto&& field) {
  field("white", self.white, "what white is in pictures of floating numbers; black is 0, and u8 goes to 255",
        options::above(0));
}

// The definitions are those of torchvision, with bytes rounded down where it rounds down. A factor of 1
// changes nothing. Pictures of one channel are gray; where colors are needed, others than 1 and 3 channels
// throw ShapeError.
void change_brightness(const Shades& shades, double factor);  ///< times the factor
void change_contrast(const Shades& shades, double factor);    ///< away from the mean of the gray picture
void change_saturation(const Shades& shades, double factor);  ///< away from gray
void change_hue(const Shades& shades, double turn);          ///< by a part of the circle of hues, -0.5 to 0.5
void change_gamma(const Shades& shades, double gamma);       ///< to the power of gamma
void change_sharpness(const Shades& shades, double factor);  ///< away from a smoothed picture; 0 is that one
void make_gray(const Shades& shades);                        ///< all channels become the gray picture
void invert(const Shades& shades);                           ///< white less it
void solarize(const Shades& shades, double threshold);       ///< inverts from a part of white on
void posterize(const Shades& shades, int bits);              ///< keeps the first bits, 0 to 8
void equalize(const Shades& shades);            ///< each level of each channel gets as many pixels
void stretch_contrast(const Shades& shades);    ///< each channel from black to white
void blur(const Shades& shades, double sigma);  ///< Gaussian, with the border mirrored

/// Replaces each pixel by what the function makes of a number from 0 to 1; bytes are rounded down.
void change_each(const Shades& shades, const std::function<double(double)>& function);
/// Replaces each byte by the table's, or each number by the function's.
void change_each(const Shades& shades, const std::array<std::uint8_t, 256>& table,
                 const std::function<float(float)>& function);
/// Throws ShapeError when there are other than 1 or 3 channels.
void check_colors(const Shades& shades);
/// The gray picture of 1 or 3 channels, in the units of the pixels; of bytes whole numbers.
std::vector<float> gray_of(const Shades& shades);

/// Makes an augmentation of options O, which have `white` and a probability `p`: `change` gets the options,
/// the pixels and Draws.
template <class O, class Change>
Augmentation color_augmentation(const std::string& name, const O& options, Change change) {
  return Augmentation(
      name,
      [name, options, change](Record record, std::uint64_t key) {
        Draws draws(key);
        if (draws.happens(options.p)) {
          change_shades(name, record, options.white.white,
                        [&](const Shades& shades) { change(options, shades, draws); });
        } else {
          picture_of(name, record);  // throws when there is none
        }
        return record;
      },
      [](const Schema& before) { return before; });
}
/// Registers it.
template <class O, class Change>
bool add_color(const std::string& name, const std::string& description, Change change) {
  return add_augmentation(name, description, [name, change](const O& options) {
    return color_augmentation(name, options, change);
  });
}
/// Lists the options p and white.
void color_fields(auto& self, auto&& field) {
  field("p", self.p, "probability that a picture is changed", options::within(0, 1));
  white_field(self.white, field);
}
/// A factor around 1, as the options named `amount` say.
inline double factor_around_one(Draws& draws, double amount) {
  return 1 + amount * (2 * draws.uniform() - 1);
}

}  // namespace luge::data
