// shift: pictures moved by a few pixels. It is the same as a random crop of a padded picture.
#include <fmt/format.h>

#include <algorithm>

#include "data/augment/cut.h"
#include "data/augment/draws.h"
#include "data/augment/moving.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct ShiftOptions {
  std::int64_t pixels = 4;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("pixels", self.pixels, "largest distance, in each direction", options::at_least(1),
          options::elsewhere({"padding", "pad"}));
    edge_fields(self.moving, field);
    visible_field(self.moving, field);
  }
};

Record shifted(const ShiftOptions& options, Record record, std::uint64_t key) {
  const Moving moving("shift", record);
  const Extent extent = moving.extent();
  const std::int64_t side = std::min(extent.height, extent.width);
  if (options.pixels >= side) {
    throw ValueError(
        fmt::format("augmentation shift: pixels is {}; expected less than {}, the smaller side "
                    "of the picture",
                    options.pixels, side));
  }
  Draws draws(key);
  const std::int64_t down = draws.whole(-options.pixels, options.pixels),
                     right = draws.whole(-options.pixels, options.pixels);
  moving.redraw(extent, [&](const Planes& from, const Planes& to, bool is_mask) {
    cut(from, to, -down, -right, is_mask ? options.moving.of_mask() : options.moving.of_picture());
  });
  moving.carry(Matrix::translation(static_cast<double>(right), static_cast<double>(down)), extent,
               options.moving.visible);
  return record;
}

const bool added_shift = add_augmentation(
    "shift", "moves pictures by up to some pixels: a crop of the padded picture",
    [](const ShiftOptions& options) {
      const Augmentation made(
          "shift",
          [options](Record record, std::uint64_t key) { return shifted(options, std::move(record), key); },
          [](const Schema& before) { return moved_fields(before, true); });
      return options.moving.fills_with_zero() ? made.that_copies() : made;
    });

}  // namespace
}  // namespace luge::data
