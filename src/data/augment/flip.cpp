// flip: pictures mirrored left to right, and upside down. Every other epoch: Jordan 2024.
#include <algorithm>
#include <cstring>

#include "data/augment/draws.h"
#include "data/augment/moving.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct FlipOptions {
  double p = 0.5, vertical = 0;
  bool alternate = false;
  std::vector<std::int64_t> swap = {};
  std::int64_t points = 0;
  static void fields(auto& self, auto&& field) {
    field("p", self.p, "probability that a picture is mirrored left to right", options::within(0, 1),
          options::elsewhere({"horizontal_flip", "fliplr", "horizontal"}));
    field(
        "alternate", self.alternate,
        "mirror a picture in every other epoch: p decides about epoch 0, and no epoch repeats the one before",
        options::elsewhere({"altflip"}));
    field("vertical", self.vertical, "probability that a picture is turned upside down",
          options::within(0, 1), options::elsewhere({"vertical_flip", "flipud"}));
    field("swap", self.swap,
          "pairs of points that change their numbers in a mirror: 1,2,3,4 swaps 1 with 2 and 3 with 4",
          options::takes("pairs of whole numbers from 0"), options::elsewhere({"flip_idx", "flip_indices"}));
    field("points", self.points, "how many points belong to one thing; 0: all", options::at_least(0));
  }
};

template <class T>
void mirror_row(std::span<std::byte> row) {
  T* at = reinterpret_cast<T*>(row.data());
  std::reverse(at, at + row.size() / sizeof(T));
}

// Bytes in words of eight, from both ends.
void mirror_bytes(std::span<std::byte> row) {
  std::byte *left = row.data(), *right = left + row.size();
  for (; right - left >= 16; left += 8) {
    right -= 8;
    std::uint64_t a, b;
    std::memcpy(&a, left, 8);
    std::memcpy(&b, right, 8);
    a = __builtin_bswap64(a), b = __builtin_bswap64(b);
    std::memcpy(left, &b, 8);
    std::memcpy(right, &a, 8);
  }
  std::reverse(left, right);
}

void mirror(const Planes& planes) {
  const auto width = static_cast<std::size_t>(planes.width()) * planes.element();
  for (std::int64_t plane = 0; plane < planes.count(); ++plane) {
    const std::span<std::byte> all = planes.row(plane, 0, 0, planes.height() * planes.width());
    for (std::size_t at = 0; at < all.size(); at += width) {
      const std::span<std::byte> row = all.subspan(at, width);
      switch (planes.element()) {
        case 1: mirror_bytes(row); break;
        case 2: mirror_row<std::uint16_t>(row); break;
        case 4: mirror_row<std::uint32_t>(row); break;
        default: mirror_row<std::uint64_t>(row);
      }
    }
  }
}

void turn_over(const Planes& planes) {
  for (std::int64_t plane = 0; plane < planes.count(); ++plane) {
    for (std::int64_t top = 0, bottom = planes.height() - 1; top < bottom; ++top, --bottom) {
      const auto a = planes.row(plane, top, 0, planes.width()),
                 b = planes.row(plane, bottom, 0, planes.width());
      std::swap_ranges(a.begin(), a.end(), b.begin());
    }
  }
}

Record flipped(const FlipOptions& options, Record record, const SampleKey& key) {
  const Moving moving("flip", record);
  Draws draws(key.key), of_sample(key.sample);
  bool across = draws.happens(options.p);
  const bool over = draws.happens(options.vertical);
  if (options.alternate) across = of_sample.happens(options.p) != (key.epoch % 2 == 1);
  if (!across && !over) return record;
  moving.change([&](const Planes& planes, bool) {
    if (across) mirror(planes);
    if (over) turn_over(planes);
  });
  const Extent extent = moving.extent();
  moving.carry(Matrix::translation(across ? static_cast<double>(extent.width) : 0,
                                   over ? static_cast<double>(extent.height) : 0) *
                   Matrix::scaling(across ? -1 : 1, over ? -1 : 1),
               extent, 0);
  if (across != over) moving.exchange_points(options.swap, options.points);  // both together only turn it
  return record;
}

const bool added_flip =
    add_augmentation("flip", "mirrors pictures left to right", [](const FlipOptions& options) {
      if (options.swap.size() % 2 != 0)
        throw options::OptionError("swap", "swap has an odd number of points; expected pairs");
      return Augmentation(
                 "flip",
                 [options](Record record, const SampleKey& key) {
                   return flipped(options, std::move(record), key);
                 },
                 [](const Schema& before) { return moved_fields(before, true); })
          .that_copies();
    });

}  // namespace
}  // namespace luge::data
