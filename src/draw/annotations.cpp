#include "draw/annotations.h"

#include <fmt/format.h>

#include <algorithm>

#include "draw/shades.h"

namespace luge::draw {
namespace {

constexpr double kTagSize = 9.5, kTagHeight = 14, kTagSide = 3;
constexpr std::uint8_t kMaskAlpha = 115;

io::Image colored(const Mask& mask, const io::Image& image) {
  io::Image over{image.height, image.width, 4, {}};
  const Color color = color_of(mask.color);
  for (const std::uint8_t inside : mask.inside)
    over.pixels.insert(over.pixels.end(),
                       {color.red, color.green, color.blue, inside ? kMaskAlpha : std::uint8_t{0}});
  return over;
}

std::string tag_of(const Box& box) {
  if (!box.score) return box.label;
  return fmt::format("{}{}{:.2f}", box.label, box.label.empty() ? "" : " ", *box.score);
}

// A text on a ground of its color, inside of the picture.
void draw_tag(Canvas& canvas, const Rect& rect, Point at, const std::string& tag, Color color) {
  if (tag.empty()) return;
  const Text text{
      .text = tag, .size = kTagSize, .color = text_on(color), .max_width = rect.width - 2 * kTagSide};
  const double width = canvas.measure(text).width + 2 * kTagSide;
  const double x = std::clamp(at.x, rect.x, std::max(rect.x, rect.right() - width));
  const double y = std::clamp(at.y, rect.y, std::max(rect.y, rect.bottom() - kTagHeight));
  canvas.fill({x, y, width, kTagHeight}, color, 1, 2);
  canvas.text({x + kTagSide, y + kTagHeight / 2}, text);
}

}  // namespace

void draw_annotations(Canvas& canvas, const Picture& picture, const Rect& rect) {
  const double scale = rect.width / static_cast<double>(picture.image.width);
  const auto at = [&](double x, double y) { return Point{rect.x + x * scale, rect.y + y * scale}; };
  canvas.clipped(rect, [&] {
    for (const Mask& mask : picture.masks) canvas.image(colored(mask, picture.image), rect, false);
    for (const Box& box : picture.boxes) {
      const Point corner = at(box.x, box.y);
      canvas.frame({corner.x, corner.y, box.width * scale, box.height * scale}, {color_of(box.color), 2});
    }
    for (const Box& box : picture.boxes) {
      const Point corner = at(box.x, box.y);
      const bool above = corner.y - kTagHeight >= rect.y;
      draw_tag(canvas, rect, {corner.x - 1, above ? corner.y - kTagHeight : corner.y}, tag_of(box),
               color_of(box.color));
    }
    for (const Dot& dot : picture.dots) {
      canvas.disc(at(dot.x, dot.y), 4.6, kWhite);
      canvas.disc(at(dot.x, dot.y), 3.4, color_of(dot.color));
    }
    for (const Dot& dot : picture.dots) {
      const Point center = at(dot.x, dot.y);
      draw_tag(canvas, rect, {center.x + 6, center.y - kTagHeight / 2}, dot.label, color_of(dot.color));
    }
  });
}

}  // namespace luge::draw
