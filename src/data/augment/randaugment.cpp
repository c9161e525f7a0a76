// randaugment: some changes from a list, all of one strength. Source: Cubuk et al. 2019; the list, the
// strengths and their signs are those of torchvision RandAugment.
#include <cmath>
#include <numbers>

#include "data/augment/color.h"
#include "data/augment/motion.h"

namespace luge::data {
namespace {

constexpr double kMost = 30;  // the strongest magnitude: torchvision has 31 from 0 on

struct RandaugmentOptions {
  std::int64_t n = 2;
  double magnitude = 9;
  MovingOptions moving;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("n", self.n, "how many changes follow each other", options::at_least(0),
          options::elsewhere({"num_ops"}));
    field("magnitude", self.magnitude, "how strong they are", options::within(0, kMost));
    moving_fields(self.moving, field);
    white_field(self.white, field);
  }
};

double degrees_of_slope(double slope) { return std::atan(slope) * 180 / std::numbers::pi; }

// How strong a change is, from 0 to 1, and the same with a random sign.
struct Strength {
  double plain, either_way;
};
using Move = Matrix (*)(const Strength& strength, const Extent& extent);
using Recolor = void (*)(const Strength& strength, const Shades& shades);

constexpr Move kMoves[] = {
    [](const Strength& s, const Extent&) {
      return Matrix::shearing(degrees_of_slope(0.3 * s.either_way), 0);
    },
    [](const Strength& s, const Extent&) {
      return Matrix::shearing(0, degrees_of_slope(0.3 * s.either_way));
    },
    [](const Strength& s, const Extent& extent) {
      return Matrix::translation(std::trunc(s.either_way * 150 / 331 * static_cast<double>(extent.width)), 0);
    },
    [](const Strength& s, const Extent& extent) {
      return Matrix::translation(0,
                                 std::trunc(s.either_way * 150 / 331 * static_cast<double>(extent.height)));
    },
    [](const Strength& s, const Extent& extent) {
      return Matrix::rotation(30 * s.either_way).around(center_of(extent));
    },
};
constexpr Recolor kRecolors[] = {
    [](const Strength& s, const Shades& shades) { change_brightness(shades, 1 + 0.9 * s.either_way); },
    [](const Strength& s, const Shades& shades) { change_saturation(shades, 1 + 0.9 * s.either_way); },
    [](const Strength& s, const Shades& shades) { change_contrast(shades, 1 + 0.9 * s.either_way); },
    [](const Strength& s, const Shades& shades) { change_sharpness(shades, 1 + 0.9 * s.either_way); },
    [](const Strength& s, const Shades& shades) {
      posterize(shades, 8 - static_cast<int>(std::nearbyint(4 * s.plain)));
    },
    [](const Strength& s, const Shades& shades) { solarize(shades, 1 - s.plain); },
    [](const Strength&, const Shades& shades) { stretch_contrast(shades); },
    [](const Strength&, const Shades& shades) { equalize(shades); },
};

Record changed(const RandaugmentOptions& options, Record record, std::uint64_t key) {
  constexpr auto kMoveCount = std::ssize(kMoves), kRecolorCount = std::ssize(kRecolors);
  const Moving moving("randaugment", record);
  Draws draws(key);
  for (std::int64_t k = 0; k < options.n; ++k) {
    const std::int64_t which = draws.whole(0, kMoveCount + kRecolorCount);  // the last one changes nothing
    const double plain = options.magnitude / kMost;
    const Strength strength{plain, draws.happens(0.5) ? plain : -plain};
    if (which < kMoveCount) {
      const Extent extent = moving.extent();
      moving.move(kMoves[which](strength, extent), extent, options.moving);
    } else if (which < kMoveCount + kRecolorCount) {
      change_shades("randaugment", record, options.white.white,
                    [&](const Shades& shades) { kRecolors[which - kMoveCount](strength, shades); });
    }
  }
  return record;
}

const bool added_randaugment = add_augmentation(
    "randaugment", "makes some changes of shape and color from a list, all of one strength",
    [](const RandaugmentOptions& options) {
      return Augmentation(
          "randaugment",
          [options](Record record, std::uint64_t key) { return changed(options, std::move(record), key); },
          [](const Schema& before) { return moved_fields(before, true); });
    });

}  // namespace
}  // namespace luge::data
