// erase: a random rectangle of a picture filled. Source: Zhong et al. 2020, Random Erasing.
#include <algorithm>
#include <cmath>

#include "data/augment/draws.h"
#include "data/augment/picture.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

constexpr double kMostElongated = 3;  // how many times as long as wide a rectangle may be

struct EraseOptions {
  double p = 0.5, share = 0.25, fill = 0;
  static void fields(auto& self, auto&& field) {
    field("p", self.p, "probability that a picture loses a rectangle", options::within(0, 1));
    field("share", self.share, "largest part of the picture that a rectangle covers",
          options::above(0).at_most(1), options::elsewhere({"scale", "area"}));
    field("fill", self.fill, "number inside the rectangle", options::elsewhere({"value"}));
  }
};

Record erased(const EraseOptions& options, Record record, std::uint64_t key) {
  const Planes picture = picture_of("erase", record);
  Draws draws(key);
  if (!draws.happens(options.p)) return record;
  const double pixels = options.share * (1 - draws.uniform()) * static_cast<double>(picture.height()) *
                        static_cast<double>(picture.width());
  const double ratio = std::pow(kMostElongated, 2 * draws.uniform() - 1);
  const auto side = [](double length, std::int64_t most) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(length), 1, most);
  };
  const std::int64_t height = side(std::sqrt(pixels * ratio), picture.height()),
                     width = side(std::sqrt(pixels / ratio), picture.width());
  const std::int64_t top = draws.whole(0, picture.height() - height),
                     left = draws.whole(0, picture.width() - width);
  for (std::int64_t plane = 0; plane < picture.count(); ++plane) {
    for (std::int64_t y = top; y < top + height; ++y)
      picture.fill(picture.row(plane, y, left, width), options.fill);
  }
  return record;
}

const bool added_erase =
    add_augmentation("erase", "fills a random rectangle of pictures", [](const EraseOptions& options) {
      return Augmentation(
          "erase",
          [options](Record record, std::uint64_t key) { return erased(options, std::move(record), key); },
          [](const Schema& before) { return before; });
    });

}  // namespace
}  // namespace luge::data
