#include "data/pictures/areas.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"

namespace luge::data {
namespace {

// Where the line y crosses the edges of the polygon, in ascending order.
std::vector<double> crossings(const std::vector<float>& polygon, double y) {
  std::vector<double> found;
  const std::size_t corners = polygon.size() / 2;
  for (std::size_t k = 0; k < corners; ++k) {
    const double x0 = polygon[2 * k], y0 = polygon[2 * k + 1];
    const double x1 = polygon[2 * ((k + 1) % corners)], y1 = polygon[2 * ((k + 1) % corners) + 1];
    if ((y0 <= y) != (y1 <= y)) found.push_back(x0 + (y - y0) / (y1 - y0) * (x1 - x0));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

void paint(const Area& area, std::int64_t value, std::int64_t width, std::int64_t height,
           std::span<std::int64_t> mask) {
  for (const std::vector<float>& polygon : area.polygons) {
    for (std::int64_t y = 0; y < height; ++y) {
      const std::vector<double> at = crossings(polygon, static_cast<double>(y) + 0.5);
      for (std::size_t k = 0; k + 1 < at.size(); k += 2) {
        const double limit = static_cast<double>(width);
        const auto begin = static_cast<std::int64_t>(std::ceil(std::clamp(at[k] - 0.5, 0.0, limit)));
        const auto end = static_cast<std::int64_t>(std::ceil(std::clamp(at[k + 1] - 0.5, 0.0, limit)));
        for (std::int64_t x = begin; x < end; ++x) mask[static_cast<std::size_t>(y * width + x)] = value;
      }
    }
  }
  std::int64_t at = 0;
  for (std::size_t k = 0; k < area.runs.size(); ++k) {
    for (std::int64_t i = 0; i < area.runs[k] && k % 2 == 1; ++i) {
      const std::int64_t x = (at + i) / height, y = (at + i) % height;
      if (x < width) mask[static_cast<std::size_t>(y * width + x)] = value;
    }
    at += area.runs[k];
  }
}

// Five bits in each character, the sixth says that more follow; from the third run on, differences to the run
// before the last.
std::vector<std::int64_t> decoded_runs(const std::string& text, const std::string& where) {
  std::vector<std::int64_t> runs;
  for (std::size_t at = 0; at < text.size();) {
    std::int64_t value = 0;
    bool more = true;
    for (int shift = 0; more; shift += 5, ++at) {
      const int c = at < text.size() ? text[at] - 48 : -1;
      if (c < 0 || c > 63 || shift > 50)
        throw FormatError(
            fmt::format("{}: the run lengths of the mask are damaged at character {}", where, at));
      value |= static_cast<std::int64_t>(c & 31) << shift;
      more = (c & 32) != 0;
      if (!more && (c & 16)) value |= -(std::int64_t{1} << (shift + 5));
    }
    if (runs.size() > 2) value += runs[runs.size() - 2];
    runs.push_back(value);
  }
  return runs;
}

}  // namespace luge::data
