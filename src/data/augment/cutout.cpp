// cutout: squares of one size filled, also across the border. Source: DeVries and Taylor 2017.
#include <algorithm>

#include "data/augment/draws.h"
#include "data/augment/picture.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct CutoutOptions {
  double side = 0.5, fill = 0, p = 1;
  std::int64_t holes = 1;
  static void fields(auto& self, auto&& field) {
    field("side", self.side, "side of the squares, as part of the smaller side of the picture",
          options::above(0).at_most(1), options::elsewhere({"length", "mask_size"}));
    field("holes", self.holes, "how many squares", options::at_least(1), options::elsewhere({"n_holes"}));
    field("fill", self.fill, "number inside the squares");
    field("p", self.p, "probability that a picture is changed", options::within(0, 1));
  }
};

Record cut_out(const CutoutOptions& options, Record record, std::uint64_t key) {
  const Planes picture = picture_of("cutout", record);
  Draws draws(key);
  if (!draws.happens(options.p) || picture.height() == 0 || picture.width() == 0) return record;
  const auto smaller = static_cast<double>(std::min(picture.height(), picture.width()));
  const std::int64_t side =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(options.side * smaller + 0.5));
  for (std::int64_t hole = 0; hole < options.holes; ++hole) {
    const std::int64_t middle = draws.whole(0, picture.height() - 1),
                       center = draws.whole(0, picture.width() - 1);
    const std::int64_t top = std::max<std::int64_t>(0, middle - side / 2),
                       bottom = std::min(picture.height(), middle - side / 2 + side),
                       left = std::max<std::int64_t>(0, center - side / 2),
                       right = std::min(picture.width(), center - side / 2 + side);
    for (std::int64_t plane = 0; plane < picture.count(); ++plane) {
      for (std::int64_t y = top; y < bottom; ++y)
        picture.fill(picture.row(plane, y, left, right - left), options.fill);
    }
  }
  return record;
}

const bool added_cutout =
    add_augmentation("cutout", "fills squares of pictures", [](const CutoutOptions& options) {
      return Augmentation(
          "cutout",
          [options](Record record, std::uint64_t key) { return cut_out(options, std::move(record), key); },
          [](const Schema& before) { return before; });
    });

}  // namespace
}  // namespace luge::data
