// shift: pictures moved by a few pixels. It is the same as a random crop of a padded picture.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "data/augment/draws.h"
#include "data/augment/picture.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct ShiftOptions {
  std::int64_t pixels = 4;
  double fill = 0, mask_fill = 0;
  static void fields(auto& self, auto&& field) {
    field("pixels", self.pixels, "largest distance, in each direction", options::at_least(1),
          options::elsewhere({"padding", "pad"}));
    field("fill", self.fill, "number at the free edges of the picture");
    field("mask_fill", self.mask_fill, "number at the free edges of a mask or target");
  }
};

// Rows in the order in which none is overwritten before it is read.
void move(const Planes& planes, std::int64_t down, std::int64_t right, double fill) {
  const std::int64_t width = planes.width(), kept = width - std::abs(right);
  const std::int64_t to = std::max<std::int64_t>(0, right), from = std::max<std::int64_t>(0, -right);
  for (std::int64_t plane = 0; plane < planes.count(); ++plane) {
    for (std::int64_t k = 0; k < planes.height(); ++k) {
      const std::int64_t y = down > 0 ? planes.height() - 1 - k : k, source = y - down;
      if (source < 0 || source >= planes.height()) {
        planes.fill(planes.row(plane, y, 0, width), fill);
        continue;
      }
      const auto old = planes.row(plane, source, from, kept);
      std::memmove(planes.row(plane, y, to, kept).data(), old.data(), old.size());
      planes.fill(planes.row(plane, y, right > 0 ? 0 : kept, width - kept), fill);
    }
  }
}

Record shifted(const ShiftOptions& options, Record record, std::uint64_t key) {
  const Planes picture = picture_of("shift", record);
  const std::vector<Planes> with = beside("shift", record, picture);
  const std::int64_t side = std::min(picture.height(), picture.width());
  if (options.pixels >= side) {
    throw ValueError(
        fmt::format("augmentation shift: pixels is {}; expected less than {}, the smaller side "
                    "of the picture",
                    options.pixels, side));
  }
  Draws draws(key);
  const std::int64_t down = draws.whole(-options.pixels, options.pixels),
                     right = draws.whole(-options.pixels, options.pixels);
  move(picture, down, right, options.fill);
  for (const Planes& each : with) move(each, down, right, options.mask_fill);
  return record;
}

const bool added =
    add_augmentation("shift", "moves pictures by up to some pixels: a crop of the padded picture",
                     [](const ShiftOptions& options) {
                       return Augmentation("shift", [options](Record record, std::uint64_t key) {
                         return shifted(options, std::move(record), key);
                       });
                     });

}  // namespace
}  // namespace luge::data
