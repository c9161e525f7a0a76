#include "draw/grid_layout.h"

#include <algorithm>
#include <cmath>

#include "draw/content.h"

namespace luge::draw {
namespace {

constexpr double kMargin = 14, kBetween = 12, kCaptionGap = 4, kNarrowest = 220;
constexpr double kPlain = 128, kAnnotated = 320;
constexpr std::int64_t kMostColumns = 8;

double cell_of(const std::vector<Picture>& pictures, const PictureGridOptions& options) {
  if (options.cell > 0) return options.cell;
  const bool annotated = std::any_of(pictures.begin(), pictures.end(), [](const Picture& picture) {
    return !picture.boxes.empty() || !picture.masks.empty() || !picture.dots.empty();
  });
  return annotated ? kAnnotated : kPlain;
}

}  // namespace

Text title_of(const PictureGridOptions& options, double width) {
  return figure_title(options.title, width - 2 * kMargin);
}

Text caption_of(const Picture& picture, double width) {
  return {.text = picture.caption,
          .size = 10.5,
          .color = picture.caption_color.value_or(kInk),
          .align = Align::center,
          .stand = Stand::top,
          .max_width = width,
          .lines = 2};
}

GridLayout lay_out(const std::vector<Picture>& pictures, const PictureGridOptions& options, Canvas& ruler) {
  GridLayout layout;
  layout.cell = cell_of(pictures, options);
  const auto count = static_cast<std::int64_t>(pictures.size());
  const auto square = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const std::int64_t columns =
      std::min(count, options.columns > 0 ? options.columns : std::min(square, kMostColumns));
  const double wanted = 2 * kMargin + static_cast<double>(columns) * (layout.cell + kBetween) - kBetween;
  layout.extent.width = options.title.empty() ? wanted : std::max(kNarrowest, wanted);
  if (!options.title.empty())
    layout.title_height = ruler.measure(title_of(options, layout.extent.width)).height + 10;
  const double left = kMargin + (layout.extent.width - wanted) / 2;
  double y = kMargin + layout.title_height;
  for (std::int64_t first = 0; first < count; first += columns) {
    double tallest = 0, caption = 0;
    const std::int64_t end = std::min(first + columns, count);
    for (std::int64_t i = first; i < end; ++i) {
      const Picture& picture = pictures[static_cast<std::size_t>(i)];
      const auto width = static_cast<double>(picture.image.width),
                 height = static_cast<double>(picture.image.height);
      const double scale = layout.cell / std::max(width, height);
      const double x = left + static_cast<double>(i - first) * (layout.cell + kBetween);
      layout.pictures.push_back({x + (layout.cell - width * scale) / 2, y, width * scale, height * scale});
      tallest = std::max(tallest, height * scale);
      if (!picture.caption.empty())
        caption = std::max(caption, kCaptionGap + ruler.measure(caption_of(picture, layout.cell)).height);
    }
    for (std::int64_t i = first; i < end; ++i) {  // pictures of a row end at one height, above their captions
      Rect& rect = layout.pictures[static_cast<std::size_t>(i)];
      rect.y += tallest - rect.height;
    }
    y += tallest + caption + kBetween;
  }
  layout.extent.height = y - kBetween + kMargin;
  return layout;
}

}  // namespace luge::draw
