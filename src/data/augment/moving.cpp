#include "data/augment/moving.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/dispatch.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

bool ends_with(const Field& field, const Extent& extent) {
  const int rank = field.shape.rank();
  return !field.text && rank >= 2 && field.shape[rank - 2] == extent.height &&
         field.shape[rank - 1] == extent.width;
}

Shape with_extent(const Shape& shape, const Extent& to) {
  const int rank = shape.rank();
  return shape.with(rank - 2, to.height).with(rank - 1, to.width);
}

std::string picture_name(const Schema& fields) { return std::string(fields.find(kInput) ? kInput : kImage); }

bool goes_with_boxes(std::string_view name) { return name == kLabels || name.starts_with(kOfBoxes); }

[[noreturn]] void refuse(std::string_view who, std::string_view name, const HostArray& value,
                         std::string_view expected) {
  throw ShapeError(
      fmt::format("{}: the field '{}' is {}; expected {}", who, name, value.field.to_string(), expected));
}

void check_boxes(std::string_view who, const Record& record) {
  const HostArray* boxes = record.find(kBoxes);
  if (!boxes) return;
  const Shape& shape = boxes->field.shape;
  if (boxes->field.dtype != f32 || shape.rank() != 2 || shape[1] != 4)
    refuse(who, kBoxes, *boxes, "f32[boxes,4]: x1, y1, x2, y2 in pixels");
  for (const auto& [name, value] : record) {
    if (!goes_with_boxes(name)) continue;
    if (value.field.shape.rank() == 0 || value.field.shape[0] != shape[0])
      refuse(who, name, value, fmt::format("one entry for each of the {} boxes", shape[0]));
  }
  const auto at = boxes->as<float>();
  for (std::int64_t k = 0; k < shape[0]; ++k) {
    const float* box = at.data() + 4 * k;
    const bool finite = std::all_of(box, box + 4, [](float each) { return std::isfinite(each); });
    if (finite && box[0] <= box[2] && box[1] <= box[3]) continue;
    throw ValueError(
        fmt::format("{}: box {} is {}, {}, {}, {}; expected x1, y1, x2, y2 in pixels, with x1 ≤ x2 "
                    "and y1 ≤ y2",
                    who, k, box[0], box[1], box[2], box[3]));
  }
}

void check_points(std::string_view who, const Record& record) {
  const HostArray* points = record.find(kPoints);
  if (!points) return;
  const Shape& shape = points->field.shape;
  if (points->field.dtype != f32 || shape.rank() != 2 || shape[1] != 3)
    refuse(who, kPoints, *points, "f32[points,3]: x, y, and 1 or 0");
  const auto at = points->as<float>();
  for (std::int64_t k = 0; k < shape[0]; ++k) {
    const float* point = at.data() + 3 * k;
    if (std::isfinite(point[0]) && std::isfinite(point[1]) && std::isfinite(point[2])) continue;
    throw ValueError(fmt::format("{}: point {} is {}, {}, {}; expected finite numbers", who, k, point[0],
                                 point[1], point[2]));
  }
}

void check_fields(std::string_view who, const Record& record, const Extent& extent) {
  if (const HostArray* mask = record.find(kMask); mask && !ends_with(mask->field, extent)) {
    throw ShapeError(fmt::format("{}: the mask is {}; expected the height {} and the width {} of the picture",
                                 who, mask->field.to_string(), extent.height, extent.width));
  }
  check_boxes(who, record);
  check_points(who, record);
}

// The rows of a value along axis 0 that stay.
HostArray kept_rows(const HostArray& value, const std::vector<std::int64_t>& rows) {
  HostArray kept({value.field.dtype, value.field.shape.with(0, std::ssize(rows))});
  const std::size_t each = rows.empty() ? 0 : kept.bytes.size() / rows.size();
  const std::span<const std::byte> bytes = value.bytes;
  for (std::size_t k = 0; k < rows.size(); ++k)
    std::ranges::copy(bytes.subspan(static_cast<std::size_t>(rows[k]) * each, each),
                      kept.bytes.begin() + static_cast<std::ptrdiff_t>(k * each));
  return kept;
}

struct Corners {
  double x1, y1, x2, y2;
  double area() const { return std::max(0.0, x2 - x1) * std::max(0.0, y2 - y1); }
};

// The smallest box around the moved corners.
Corners hull(const Matrix& forward, const float* box) {
  const std::array<Position, 4> corners = {forward({box[0], box[1]}), forward({box[2], box[1]}),
                                           forward({box[0], box[3]}), forward({box[2], box[3]})};
  Corners all{corners[0].x, corners[0].y, corners[0].x, corners[0].y};
  for (const Position& each : corners) {
    all.x1 = std::min(all.x1, each.x), all.x2 = std::max(all.x2, each.x);
    all.y1 = std::min(all.y1, each.y), all.y2 = std::max(all.y2, each.y);
  }
  return all;
}

}  // namespace

Moving::Moving(std::string_view augmentation, Record& record) : augmentation_(augmentation), record_(record) {
  const Planes picture = picture_of(augmentation, record);
  picture_ = record.contains(kInput) ? kInput : kImage;
  const Extent extent{picture.height(), picture.width()};
  check_fields(fmt::format("augmentation {}", augmentation), record, extent);
  if (record.contains(kMask)) masks_.emplace_back(kMask);
  if (const HostArray* target = record.find(kTarget); target && ends_with(target->field, extent))
    masks_.emplace_back(kTarget);
}

void check_picture_fields(std::string_view who, const Record& record) {
  const HostArray* picture = record.find(record.contains(kInput) ? kInput : kImage);
  if (!picture || picture->field.text || picture->field.shape.rank() != 3) {
    throw ShapeError(
        fmt::format("{}: there is no picture; expected a field 'input' or 'image' "
                    "[channels,height,width] among {}",
                    who, record.schema().to_string()));
  }
  check_fields(who, record, {picture->field.shape[1], picture->field.shape[2]});
}

Extent Moving::extent() const {
  const Shape& shape = record_[picture_].field.shape;
  return {shape[1], shape[2]};
}

void Moving::change(const std::function<void(const Planes&, bool)>& function) const {
  function(Planes(record_[picture_]), false);
  for (const std::string& name : masks_) function(Planes(record_[name]), true);
}

void Moving::redraw(const Extent& to,
                    const std::function<void(const Planes&, const Planes&, bool)>& function) const {
  const auto one = [&](const std::string& name, bool is_mask) {
    HostArray& old = record_[name];
    HostArray made({old.field.dtype, with_extent(old.field.shape, to)});
    function(Planes(old), Planes(made), is_mask);
    old = std::move(made);
  };
  one(picture_, false);
  for (const std::string& name : masks_) one(name, true);
}

void Moving::carry(const Matrix& forward, const Extent& to, double visible) const {
  const auto height = static_cast<double>(to.height), width = static_cast<double>(to.width);
  if (record_.contains(kBoxes)) {
    HostArray& boxes = record_[kBoxes];
    std::vector<std::int64_t> kept;
    for (std::int64_t k = 0; k < boxes.field.shape[0]; ++k) {
      float* box = boxes.as<float>().data() + 4 * k;
      const Corners whole = hull(forward, box);
      const Corners left = {std::clamp(whole.x1, 0.0, width), std::clamp(whole.y1, 0.0, height),
                            std::clamp(whole.x2, 0.0, width), std::clamp(whole.y2, 0.0, height)};
      const bool empty = !(box[0] < box[2] && box[1] < box[3]);
      if (empty || !(left.area() > 0) || left.area() < visible * whole.area()) continue;
      box[0] = static_cast<float>(left.x1), box[1] = static_cast<float>(left.y1);
      box[2] = static_cast<float>(left.x2), box[3] = static_cast<float>(left.y2);
      kept.push_back(k);
    }
    if (std::ssize(kept) < boxes.field.shape[0]) {
      for (const std::string& name : record_.schema().names()) {
        if (name == kBoxes || goes_with_boxes(name)) record_.set(name, kept_rows(record_[name], kept));
      }
    }
  }
  if (!record_.contains(kPoints)) return;
  HostArray& points = record_[kPoints];
  for (std::int64_t k = 0; k < points.field.shape[0]; ++k) {
    float* point = points.as<float>().data() + 3 * k;
    if (point[2] == 0) continue;
    const Position at = forward({point[0], point[1]});
    const bool inside = at.x >= 0 && at.x <= width && at.y >= 0 && at.y <= height;
    point[0] = inside ? static_cast<float>(at.x) : 0, point[1] = inside ? static_cast<float>(at.y) : 0;
    if (!inside) point[2] = 0;
  }
}

void Moving::move(const Matrix& forward, const Extent& to, const MovingOptions& options) const {
  const Matrix back = forward.inverse();
  redraw(to, [&](const Planes& from, const Planes& made, bool is_mask) {
    warp(from, made, back, is_mask ? options.of_mask() : options.of_picture());
  });
  carry(forward, to, options.visible);
}

void Moving::exchange_points(const std::vector<std::int64_t>& pairs, std::int64_t each) const {
  if (pairs.empty() || !record_.contains(kPoints)) return;
  HostArray& points = record_[kPoints];
  const std::int64_t count = points.field.shape[0], group = each > 0 ? each : count;
  for (std::int64_t first = 0; first < count; first += group) {
    for (std::size_t k = 0; k + 1 < pairs.size(); k += 2) {
      const std::int64_t most = std::min(group, count - first);
      if (std::max(pairs[k], pairs[k + 1]) >= most || std::min(pairs[k], pairs[k + 1]) < 0) {
        throw ValueError(fmt::format(
            "augmentation {}: swap names the points {} and {}; expected numbers from 0 to {}, the last "
            "of the points",
            augmentation_, pairs[k], pairs[k + 1], most - 1));
      }
      float* at = points.as<float>().data() + 3 * first;
      std::swap_ranges(at + 3 * pairs[k], at + 3 * pairs[k] + 3, at + 3 * pairs[k + 1]);
    }
  }
}

Extent extent_of(const Schema& fields) {
  const auto k = fields.find(picture_name(fields));
  if (!k || fields[*k].shape.rank() != 3) return {unknown, unknown};
  return {fields[*k].shape[1], fields[*k].shape[2]};
}

Schema moved_fields(Schema fields, const Extent& to, bool drops_boxes) {
  const std::string picture = picture_name(fields);
  const auto k = fields.find(picture);
  if (!k || fields[*k].shape.rank() != 3) return fields;  // the first record says what is wrong
  const Extent before{fields[*k].shape[1], fields[*k].shape[2]};
  for (const std::string& name : fields.names()) {
    Field field = fields.at(name);
    if (name == picture || name == kMask || (name == kTarget && ends_with(field, before))) {
      if (field.shape.rank() < 2) continue;
      field.shape = with_extent(field.shape, to);
    } else if (drops_boxes && (name == kBoxes || goes_with_boxes(name)) && field.shape.rank() > 0) {
      field.shape = field.shape.with(0, unknown);
    }
    fields.set(name, field);
  }
  return fields;
}

Schema moved_fields(Schema fields, bool drops_boxes) {
  const Extent same = extent_of(fields);
  return moved_fields(std::move(fields), same, drops_boxes);
}

}  // namespace luge::data
