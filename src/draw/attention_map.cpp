#include "luge/draw/attention_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "draw/canvas.h"
#include "draw/content.h"
#include "draw/shades.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr double kCellSide = 28, kBorder = 14, kNameSize = 13, kNameGap = 8;

struct AttentionLayout {
  Extent extent;
  Rect body;
};

Text token_name(const std::string& token, Align align, double degrees) {
  return {.text = token, .size = kNameSize, .align = align, .degrees = degrees};
}

double longest_name(const std::vector<std::string>& tokens, Canvas& ruler) {
  double longest = 0;
  for (const std::string& each : tokens)
    longest = std::max(longest, ruler.measure(token_name(each, Align::left, 0)).width);
  return longest;
}

AttentionLayout lay_out(const AttentionMap& map, Canvas& ruler) {
  const double left = kBorder + longest_name(map.to, ruler) + kNameGap;
  const double width = kCellSide * static_cast<double>(map.from.size());
  const double wanted = std::max(left + width + kBorder, map.title.empty() ? 0.0 : 240.0);
  const double title =
      map.title.empty() ? 0 : ruler.measure(figure_title(map.title, wanted - 2 * kBorder)).height + 10;
  const double top = kBorder + title + longest_name(map.from, ruler) + kNameGap;
  const double height = kCellSide * static_cast<double>(map.to.size());
  return {{wanted, top + height + kBorder}, {left, top, width, height}};
}

void draw_map(Canvas& canvas, const AttentionLayout& layout, const AttentionMap& map) {
  if (!map.title.empty())
    canvas.text({layout.extent.width / 2, kBorder}, figure_title(map.title, layout.extent.width - 2 * kBorder));
  const Rect& body = layout.body;
  for (std::size_t row = 0; row < map.to.size(); ++row) {
    const double y = body.y + kCellSide * static_cast<double>(row);
    canvas.text({body.x - kNameGap, y + kCellSide / 2}, token_name(map.to[row], Align::right, 0));
    for (std::size_t column = 0; column < map.from.size(); ++column) {
      const float weight = map.weights[row * map.from.size() + column];
      const double x = body.x + kCellSide * static_cast<double>(column);
      const double share = std::isfinite(weight) ? std::clamp<double>(weight, 0, 1) : 0;
      canvas.fill({x, y, kCellSide, kCellSide}, shade(share));
    }
  }
  for (std::size_t column = 0; column < map.from.size(); ++column) {
    const double x = body.x + kCellSide * (static_cast<double>(column) + 0.5);
    canvas.text({x, body.y - kNameGap}, token_name(map.from[column], Align::left, -90));
  }
  canvas.frame(body, {{150, 150, 150}, 0.8});
}

}  // namespace

Figure attention_map(const AttentionMap& map) {
  if (map.from.empty() || map.to.empty() || map.weights.size() != map.from.size() * map.to.size()) {
    throw ValueError(fmt::format("attention_map: there are {} weights for {} tokens that were read and {} that "
                                 "were written; expected one for each pair, and tokens of both",
                                 map.weights.size(), map.from.size(), map.to.size()));
  }
  const AttentionLayout layout = lay_out(map, *ruler());
  return Figure({layout.extent, map.title.empty() ? "attention" : map.title,
                 [map, layout](Canvas& canvas) { draw_map(canvas, layout, map); }});
}

}  // namespace luge::draw
