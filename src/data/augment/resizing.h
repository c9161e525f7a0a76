// A part of a picture brought to another extent, with what belongs to it.
#pragma once

#include <string>

#include "data/augment/moving.h"
#include "io/image/resize_names.h"
#include "luge/io/resize.h"

namespace luge::data {

/// Makes the picture of `box` in this extent; masks are nearest. Throws DTypeError for pictures that are not
/// u8 or f32.
void resize(const Moving& moving, const io::PictureBox& box, const Extent& to, io::ResizeFilter filter,
            double visible);
/// Does the same with the whole picture.
void resize(const Moving& moving, const Extent& to, io::ResizeFilter filter);

/// The largest extent of these proportions that fits into `frame`, at least one pixel each.
Extent fitted(const Extent& picture, const Extent& frame);

/// Lists the option `filter` of augmentations that resize.
void resize_filter_field(auto& self, auto&& field) {
  field("filter", self.filter, "how pixels of the resized picture are made; masks are always nearest",
        options::elsewhere({"interpolation", "resample"}));
}

}  // namespace luge::data
