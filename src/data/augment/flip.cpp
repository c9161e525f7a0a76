// flip: pictures mirrored left to right.
#include <algorithm>

#include "data/augment/draws.h"
#include "data/augment/picture.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct FlipOptions {
  double p = 0.5;
  static void fields(auto& self, auto&& field) {
    field("p", self.p, "probability that a picture is mirrored", options::within(0, 1));
  }
};

void mirror(const Planes& planes) {
  for (std::int64_t plane = 0; plane < planes.count(); ++plane) {
    for (std::int64_t y = 0; y < planes.height(); ++y) {
      for (std::int64_t left = 0, right = planes.width() - 1; left < right; ++left, --right) {
        const auto a = planes.row(plane, y, left, 1), b = planes.row(plane, y, right, 1);
        std::swap_ranges(a.begin(), a.end(), b.begin());
      }
    }
  }
}

const bool added = add_augmentation("flip", "mirrors pictures left to right", [](const FlipOptions& options) {
  return Augmentation("flip", [options](Record record, std::uint64_t key) {
    const Planes picture = picture_of("flip", record);
    const std::vector<Planes> with = beside("flip", record, picture);
    if (!Draws(key).happens(options.p)) return record;
    mirror(picture);
    for (const Planes& each : with) mirror(each);
    return record;
  });
});

}  // namespace
}  // namespace luge::data
