// mosaic: four pictures around a random point. Source: Bochkovskiy et al. 2020, YOLOv4.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/augment/cut.h"
#include "data/augment/motion.h"
#include "data/augment/resizing.h"
#include "luge/data/combining.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::size_t kOthers = 3;

struct MosaicOptions {
  double p = 1, smallest = 0.5, largest = 1;
  io::ResizeFilter filter = io::ResizeFilter::bilinear;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("p", self.p, "probability that a sample becomes a mosaic", options::within(0, 1),
          options::elsewhere({"mosaic"}));
    field("smallest", self.smallest, "smallest factor of the pictures in it", options::above(0).at_most(1));
    field("largest", self.largest, "largest factor of the pictures in it", options::above(0).at_most(1));
    resize_filter_field(self, field);
    field("fill", self.moving.fill, "number where no picture is");
    field("mask_fill", self.moving.mask_fill, "number of a mask or target where no picture is");
    visible_field(self.moving, field);
  }
};

void check_no_target_of_all(const Record& record, const Moving& moving) {
  const HostArray* target = record.find(kTarget);
  if (!target) return;
  const Shape& shape = target->field.shape;
  const Extent extent = moving.extent();
  if (shape.rank() >= 2 && shape[shape.rank() - 2] == extent.height &&
      shape[shape.rank() - 1] == extent.width)
    return;
  throw ValueError(fmt::format(
      "augmentation mosaic: the target is {}, one for the whole picture; expected boxes, a mask or "
      "points, which have a position; leave the augmentation out, or take cutmix",
      target->field.to_string()));
}

// A field whose entries along axis 0 are those of all parts.
HostArray joined(const std::vector<Record>& parts, const std::string& name) {
  std::int64_t count = 0;
  for (const Record& part : parts) count += part[name].field.shape[0];
  const Field& one = parts[0][name].field;
  HostArray all({one.dtype, one.shape.with(0, count)});
  std::size_t at = 0;
  for (const Record& part : parts) {
    const HostArray& from = part[name];
    if (from.field.dtype != one.dtype || from.field.shape.with(0, count) != all.field.shape) {
      throw ShapeError(
          fmt::format("augmentation mosaic: the field '{}' is {} in one record and {} in another one", name,
                      one.to_string(), from.field.to_string()));
    }
    std::ranges::copy(from.bytes, all.bytes.begin() + static_cast<std::ptrdiff_t>(at));
    at += from.bytes.size();
  }
  return all;
}

// The parts lie above each other; each is filled outside of its own quarter, so the quarters are copied.
void copy_quarter(const HostArray& from, HostArray& to, bool low, bool right, const Extent& corner) {
  HostArray source = from;
  const Planes part(source), whole(to);
  const std::int64_t top = low ? corner.height : 0, bottom = low ? whole.height() : corner.height,
                     left = right ? corner.width : 0, end = right ? whole.width() : corner.width;
  if (end <= left) return;
  for (std::int64_t plane = 0; plane < whole.count(); ++plane) {
    for (std::int64_t y = top; y < bottom; ++y) {
      const auto row = part.row(plane, y, left, end - left);
      std::memcpy(whole.row(plane, y, left, end - left).data(), row.data(), row.size());
    }
  }
}

Record mosaic(const MosaicOptions& options, std::span<const Record> records, std::uint64_t key) {
  Record result = records[0];
  const Moving own("mosaic", result);
  check_no_target_of_all(result, own);
  Draws draws(key);
  if (!draws.happens(options.p)) return result;
  const Extent extent = own.extent();
  // Where the four meet: in the middle half of the picture.
  const Extent corner{draws.whole(extent.height / 4, extent.height - extent.height / 4),
                      draws.whole(extent.width / 4, extent.width - extent.width / 4)};
  std::vector<Record> parts;
  for (std::size_t k = 0; k < kOthers + 1; ++k) {
    const bool low = k / 2 == 1, right = k % 2 == 1;
    Record part = records[k];
    const Moving moving("mosaic", part);
    const double factor = between(draws, options.smallest, options.largest);
    const Extent frame{std::max<std::int64_t>(1, std::llround(factor * static_cast<double>(extent.height))),
                       std::max<std::int64_t>(1, std::llround(factor * static_cast<double>(extent.width)))};
    const Extent size = fitted(moving.extent(), frame);
    resize(moving, size, options.filter);
    // Its quarter alone, so that what is cut off does not count as visible; then at its position.
    const Extent quarter{low ? extent.height - corner.height : corner.height,
                         right ? extent.width - corner.width : corner.width};
    cut(moving, low ? 0 : size.height - quarter.height, right ? 0 : size.width - quarter.width, quarter,
        options.moving);
    cut(moving, low ? -corner.height : 0, right ? -corner.width : 0, extent, options.moving);
    parts.push_back(std::move(part));
  }
  for (const std::string& name : result.schema().names()) {
    if (name == kBoxes || name == kLabels || name.starts_with(kOfBoxes) || name == kPoints) {
      if (name == kLabels && !result.contains(kBoxes)) continue;
      result.set(name, joined(parts, name));
    }
  }
  for (const std::string_view name : {kInput, kImage, kMask, kTarget}) {
    if (!result.contains(name) || (name == kImage && result.contains(kInput))) continue;
    HostArray whole = parts[0][name];
    for (std::size_t k = 1; k < parts.size(); ++k) {
      if (parts[k][name].field != whole.field) {
        throw ShapeError(
            fmt::format("augmentation mosaic: the field '{}' is {} in one record and {} in another one", name,
                        whole.field.to_string(), parts[k][name].field.to_string()));
      }
      copy_quarter(parts[k][name], whole, k / 2 == 1, k % 2 == 1, corner);
    }
    result.set(name, std::move(whole));
  }
  return result;
}

const bool added_mosaic = add_combining_augmentation(
    "mosaic", "puts four pictures around a random point, with their boxes, masks and points",
    [](const MosaicOptions& options) {
      if (options.smallest > options.largest)
        throw options::OptionError("smallest", "smallest is larger than largest; expected at most that");
      return CombiningAugmentation(
          "mosaic", kOthers,
          [options](std::span<const Record> records, std::uint64_t key) {
            return mosaic(options, records, key);
          },
          [](const Schema& before) {
            Schema fields = moved_fields(before, true);
            if (const auto k = fields.find(kPoints))
              fields.set(kPoints, {fields[*k].dtype, fields[*k].shape.with(0, unknown)});
            return fields;
          });
    });

}  // namespace
}  // namespace luge::data
