// The names of the fields that belong to a picture and move with it: its mask, boxes and points.
#pragma once

#include <string_view>

#include "luge/data/record.h"

namespace luge::data {

// A record of a picture has some of these fields. An augmentation that moves pixels moves all of them with
// one draw. Coordinates are pixels of the picture as it is in the record, from the upper left corner: the
// center of the upper left pixel is (0.5, 0.5), and a picture of width 8 goes from x = 0 to x = 8.

/// The name of the picture [channels,height,width], u8 from 0 to 255 or floating numbers from 0 to 1, where a
/// record has several fields of its own. In data that has inputs and targets it is "input" (kInput).
inline constexpr std::string_view kImage = "image";
/// The name of the classes of the pixels, whole numbers [height,width] or [1,height,width] of the extents of
/// the picture. A field "target" (kTarget) of these extents is a mask, too.
inline constexpr std::string_view kMask = "mask";
/// The name of the boxes around things in the picture, f32[unknown,4]: x1, y1, x2, y2 with x1 ≤ x2 and y1 ≤
/// y2, where x2 and y2 are where the thing ends. metrics::iou takes the same.
inline constexpr std::string_view kBoxes = "boxes";
/// The name of the classes of the boxes, i64[unknown]. A box that leaves the picture takes its label along.
inline constexpr std::string_view kLabels = "labels";
/// What the names of further fields begin with that have one entry for each box along axis 0, such as
/// "boxes.difficult" u8[unknown]. They go where the boxes go, as labels do.
inline constexpr std::string_view kOfBoxes = "boxes.";
/// The name of points, f32[unknown,3]: x, y, and 1 where the point is visible or 0 where it is not labeled. A
/// point that leaves the picture becomes 0, 0, 0; the number of points and their order stay.
inline constexpr std::string_view kPoints = "points";

/// Throws ValueError, ShapeError or DTypeError, beginning with `who`, when a record has no picture in "input"
/// or "image", a mask of another extent, or boxes, labels or points that are not what is said above.
void check_picture_fields(std::string_view who, const Record& record);

}  // namespace luge::data
