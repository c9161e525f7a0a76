// What moves together: the picture of a record, its masks, boxes with their labels, and points.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/augment/geometry.h"
#include "data/augment/picture.h"
#include "data/augment/warp.h"
#include "luge/data/record.h"
#include "luge/options.h"

namespace luge::data {

/// What all augmentations that move pictures can be told.
struct MovingOptions {
  double fill = 0, mask_fill = 0, visible = 0.1;
  Outside border = Outside::fill;
  Between filter = Between::bilinear;
  bool operator==(const MovingOptions&) const = default;
  /// True where free edges show other pixels or 0.
  bool fills_with_zero() const { return border != Outside::fill || fill == 0; }
  Resampling of_picture() const { return {filter, border, fill}; }
  Resampling of_mask() const { return {Between::nearest, border, mask_fill}; }
};

/// Lists what of it an augmentation has that leaves free edges.
void edge_fields(auto& self, auto&& field) {
  field("fill", self.fill, "number at the free edges of the picture, with border=fill",
        options::elsewhere({"cval", "value", "padding_value"}));
  field("mask_fill", self.mask_fill, "number at the free edges of a mask or target, with border=fill");
  field("border", self.border, "what is shown at free edges",
        options::elsewhere({"fill_mode", "padding_mode"}));
}
/// Lists what an augmentation has that cuts things off.
void visible_field(auto& self, auto&& field) {
  field("visible", self.visible,
        "share of a box that must still be in the picture; below it the box and its label are left out",
        options::within(0, 1), options::elsewhere({"min_visibility", "area_thr"}));
}
/// Lists all of it.
void moving_fields(auto& self, auto&& field) {
  edge_fields(self, field);
  visible_field(self, field);
  field("filter", self.filter, "how the picture is resampled; masks are always nearest",
        options::elsewhere({"interpolation", "resample"}));
}

/// The picture of a record with what moves with it.
class Moving {
 public:
  /// Throws ValueError, ShapeError or DTypeError, beginning with the augmentation, when there is no picture,
  /// a mask has another extent, or boxes, labels or points are not what luge/data/picture_fields.h says.
  Moving(std::string_view augmentation, Record& record);
  const std::string& augmentation() const { return augmentation_; }
  Extent extent() const;

  /// Changes picture and masks where they are.
  void change(const std::function<void(const Planes&, bool is_mask)>& function) const;
  /// Replaces picture and masks by ones of this extent, which are 0 at first.
  void redraw(const Extent& to,
              const std::function<void(const Planes& from, const Planes& to, bool is_mask)>& function) const;
  /// Takes boxes and points to their new positions in a picture of extent `to`: a box becomes the smallest
  /// one around its moved corners, and what of it is outside is cut off. Boxes of which less than `visible`
  /// is left, or nothing, go with their labels; points that are outside become 0.
  void carry(const Matrix& forward, const Extent& to, double visible) const;
  /// Does all of it: each pixel comes from where `forward` takes it.
  void move(const Matrix& forward, const Extent& to, const MovingOptions& options) const;
  /// Exchanges points: number pairs[2·k] and pairs[2·k+1] of each group of `each`, or of all with 0. Throws
  /// ValueError for a number that does not exist.
  void exchange_points(const std::vector<std::int64_t>& pairs, std::int64_t each) const;

 private:
  std::string augmentation_;
  Record& record_;
  std::string picture_;             // the name of its field
  std::vector<std::string> masks_;  // of theirs
};

/// The fields of moved records: picture and masks have another extent (unknown where an entry of it is), and
/// the number of boxes is unknown when some may be left out.
Schema moved_fields(Schema fields, const Extent& to, bool drops_boxes);
/// The same with the extents that they have.
Schema moved_fields(Schema fields, bool drops_boxes);
/// Height and width of the picture of these fields, unknown where they differ or there is none.
Extent extent_of(const Schema& fields);

}  // namespace luge::data
