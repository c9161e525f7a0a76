#include "luge/draw/picture_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "draw/annotations.h"
#include "draw/content.h"
#include "draw/grid_layout.h"
#include "draw/legend.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr std::int64_t kSquares = 64;  // pixels: of smaller pictures each pixel is seen

void check(const std::string& where, const io::Image& image) {
  const bool fits = image.height > 0 && image.width > 0 && image.channels >= 1 && image.channels <= 4 &&
                    image.height <= 32767 && image.width <= 32767;
  if (fits && static_cast<std::int64_t>(image.pixels.size()) == image.height * image.width * image.channels)
    return;
  throw ValueError(fmt::format(
      "{} has height x width x channels = {} x {} x {} and {} bytes; expected one for each, 1 to 4 "
      "channels, and extents of 1 to 32767",
      where, image.height, image.width, image.channels, image.pixels.size()));
}

void check(const Picture& picture, std::size_t index) {
  const std::string where = fmt::format("picture_grid: picture {}", index);
  check(where, picture.image);
  const std::int64_t pixels = picture.image.height * picture.image.width;
  for (const Mask& mask : picture.masks) {
    if (static_cast<std::int64_t>(mask.inside.size()) == pixels) continue;
    throw ValueError(fmt::format("{}: a mask has {} pixels; expected {} x {} = {} as the picture", where,
                                 mask.inside.size(), picture.image.height, picture.image.width, pixels));
  }
  for (const Box& box : picture.boxes) {
    const bool finite =
        std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.width) && std::isfinite(box.height);
    if (finite && box.width >= 0 && box.height >= 0) continue;
    throw ValueError(
        fmt::format("{}: the box '{}' is at ({}, {}) with {} x {}; expected finite numbers and extents "
                    "of 0 or more",
                    where, box.label, box.x, box.y, box.width, box.height));
  }
  for (const Dot& dot : picture.dots) {
    if (std::isfinite(dot.x) && std::isfinite(dot.y)) continue;
    throw ValueError(fmt::format("{}: the dot '{}' is at ({}, {}); expected finite numbers", where, dot.label,
                                 dot.x, dot.y));
  }
}

// What the regions are, each name once.
Legend legend_of(const std::vector<Picture>& pictures) {
  std::map<std::int64_t, std::string> names;
  for (const Picture& picture : pictures) {
    for (const Mask& mask : picture.masks) {
      if (!mask.label.empty()) names.emplace(mask.color, mask.label);
    }
  }
  Panel panel;
  for (const auto& [color, name] : names)
    panel.lines.push_back({.label = name, .y = {}, .color = color_of(color), .points = true});
  return Legend({panel});
}

}  // namespace

Figure picture_grid(const std::vector<Picture>& pictures, const PictureGridOptions& options) {
  if (pictures.empty()) throw ValueError("picture_grid: there are no pictures; expected at least one");
  if (!(options.cell >= 0))
    throw ValueError(fmt::format("picture_grid: cell is {}; expected 0 or more", options.cell));
  for (std::size_t i = 0; i < pictures.size(); ++i) check(pictures[i], i);
  GridLayout layout = lay_out(pictures, options, *ruler());
  Legend legend = legend_of(pictures);
  layout.extent.height += legend.arrange(layout.extent.width, layout.extent.height, *ruler());
  std::string title = options.title.empty() ? "pictures" : options.title;
  return Figure(
      {layout.extent, std::move(title), [pictures, options, layout, legend](Canvas& canvas) {
         if (!options.title.empty())
           canvas.text({layout.extent.width / 2, 12}, title_of(options, layout.extent.width));
         for (std::size_t i = 0; i < pictures.size(); ++i) {
           const Picture& picture = pictures[i];
           const Rect& rect = layout.pictures[i];
           canvas.image(picture.image, rect, std::max(picture.image.width, picture.image.height) > kSquares);
           draw_annotations(canvas, picture, rect);
           if (picture.caption.empty()) continue;
           canvas.text({rect.x + rect.width / 2, rect.bottom() + 4}, caption_of(picture, layout.cell));
         }
         legend.draw(canvas);
       }});
}

}  // namespace luge::draw
