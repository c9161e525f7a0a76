// A rectangle of a picture, which may reach beyond it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "data/augment/moving.h"

namespace luge::data {

/// Writes the rectangle of `from` that begins at this row and column and has the extent of `to`.
void cut(const Planes& from, const Planes& to, std::int64_t top, std::int64_t left, const Resampling& edges);
/// Cuts picture and masks, and takes boxes and points along.
void cut(const Moving& moving, std::int64_t top, std::int64_t left, const Extent& to,
         const MovingOptions& options);

/// Throws ValueError when the picture is smaller than what is cut out of it.
void check_larger(const Moving& moving, const Extent& size, std::string_view remedy);

/// The extent that a list of one or two numbers means; nothing for an empty list. Throws OptionError.
std::optional<Extent> extent_of_sizes(const std::vector<std::int64_t>& sizes);
/// The same where there must be one.
Extent required_extent(const std::vector<std::int64_t>& sizes);
/// The name of an augmentation that brings pictures to this extent, such as "resize(size=[28,28])"; `more`
/// are further options of it. Nothing without an extent.
std::vector<std::string> sized(std::string_view augmentation, const std::optional<Extent>& size,
                               const options::Values& more = {});
/// Lists the option `size` of an augmentation.
void size_field(auto& self, auto&& field, std::string_view help, const auto&... more) {
  field("size", self.size, help, options::takes("one whole number from 1, or height,width"),
        options::elsewhere({"target_size", "imgsz", "image_size", "crop_size"}), more...);
}

}  // namespace luge::data
