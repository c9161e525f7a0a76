// Contact sheets: many samples in one picture, with their boxes, masks and points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/draw/figure.h"
#include "luge/draw/picture_grid.h"

namespace luge::cli {

/// A sample of a picture as it is drawn: the class below it, boxes with their labels, masks and points on it.
/// Throws ValueError when it is not a picture.
draw::Picture drawn_sample(const data::Info& info, const data::Record& record, std::int64_t index);
/// Its picture alone.
io::Image image_of(const data::Info& info, const data::Record& record);
/// `count` indices below `size` at equal distances, or all: folders have one class after the other.
std::vector<std::int64_t> spread(std::int64_t size, std::int64_t count);
/// `count` samples that are spread over the part.
draw::Figure contact_sheet(const data::Dataset& part, std::int64_t count, const std::string& title);
/// Height over width of all pictures.
draw::Figure size_scatter(const std::vector<std::pair<std::int64_t, std::int64_t>>& sizes,
                          const std::string& title);

}  // namespace luge::cli
