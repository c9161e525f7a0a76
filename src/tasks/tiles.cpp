#include "tasks/tiles.h"

#include <algorithm>
#include <cmath>

namespace luge::tasks {
namespace {

std::int64_t up_to(std::int64_t extent, std::int64_t multiple) {
  return (extent + multiple - 1) / multiple * multiple;
}

// The index inside an extent that the mirror image shows at i, also where it is longer than the extent.
std::int64_t mirrored(std::int64_t i, std::int64_t extent) {
  const std::int64_t period = 2 * extent, at = i % period;
  return at < extent ? at : period - 1 - at;
}

std::size_t index_of(std::int64_t row, std::int64_t column, std::int64_t width) {
  return static_cast<std::size_t>(row * width + column);
}

// Tiles along one axis.
struct Cuts {
  std::int64_t tile = 0;
  std::vector<std::int64_t> begins;
};

Cuts cuts_of(std::int64_t extent, std::int64_t tile, const TileOptions& o) {
  Cuts cuts{up_to(tile, o.multiple), {0}};
  const std::int64_t whole = up_to(extent, o.multiple);
  if (whole <= cuts.tile) {
    if (!o.fixed) cuts.tile = whole;
    return cuts;
  }
  const std::int64_t step = std::max((cuts.tile - o.overlap) / o.multiple * o.multiple, o.multiple);
  const std::int64_t last = whole - cuts.tile;
  for (std::int64_t at = step; at < last; at += step) cuts.begins.push_back(at);
  cuts.begins.push_back(last);
  return cuts;
}

// How much each pixel of a tile counts; an end that is an end of the picture counts fully.
std::vector<float> weights_of(const Cuts& cuts, std::size_t k, std::int64_t overlap) {
  std::vector<float> weights(static_cast<std::size_t>(cuts.tile), 1.0f);
  if (overlap < 1) return weights;
  const auto ramp = [overlap](std::int64_t from_edge) {
    const double v = static_cast<double>(overlap), d = static_cast<double>(from_edge) + 0.5;
    return static_cast<float>(std::clamp((d - v / 4) / (v / 2), 0.0, 1.0));
  };
  for (std::int64_t i = 0; i < cuts.tile; ++i) {
    float& weight = weights[static_cast<std::size_t>(i)];
    if (k > 0) weight = std::min(weight, ramp(i));
    if (k + 1 < cuts.begins.size()) weight = std::min(weight, ramp(cuts.tile - 1 - i));
  }
  return weights;
}

Pixels cut(const Pixels& picture, std::int64_t top, std::int64_t left, std::int64_t height,
           std::int64_t width) {
  Pixels part{picture.channels, height, width, {}};
  part.values.reserve(static_cast<std::size_t>(picture.channels * height * width));
  for (std::int64_t c = 0; c < picture.channels; ++c) {
    for (std::int64_t y = 0; y < height; ++y) {
      const std::int64_t row = c * picture.height + mirrored(top + y, picture.height);
      for (std::int64_t x = 0; x < width; ++x)
        part.values.push_back(
            picture.values[index_of(row, mirrored(left + x, picture.width), picture.width)]);
    }
  }
  return part;
}

}  // namespace

Pixels in_tiles(const Pixels& picture, const TileOptions& o, const Answer& answer) {
  const Cuts rows = cuts_of(picture.height, o.height, o), columns = cuts_of(picture.width, o.width, o);
  Pixels sum{0, picture.height, picture.width, {}};
  std::vector<float> total(static_cast<std::size_t>(picture.height * picture.width));
  for (std::size_t r = 0; r < rows.begins.size(); ++r) {
    const std::vector<float> down = weights_of(rows, r, o.overlap);
    for (std::size_t c = 0; c < columns.begins.size(); ++c) {
      const std::vector<float> across = weights_of(columns, c, o.overlap);
      const std::int64_t top = rows.begins[r], left = columns.begins[c];
      const Pixels said = answer(cut(picture, top, left, rows.tile, columns.tile));
      const auto channels = static_cast<std::size_t>(said.channels);
      sum.channels = said.channels;
      sum.values.resize(total.size() * channels);
      for (std::int64_t y = 0; y < std::min(rows.tile, picture.height - top); ++y) {
        for (std::int64_t x = 0; x < std::min(columns.tile, picture.width - left); ++x) {
          const float weight = down[static_cast<std::size_t>(y)] * across[static_cast<std::size_t>(x)];
          if (weight == 0) continue;  // a NaN there says nothing
          const std::size_t to = index_of(top + y, left + x, picture.width),
                            from = index_of(y, x, columns.tile);
          total[to] += weight;
          for (std::size_t k = 0; k < channels; ++k)
            sum.values[to * channels + k] += weight * said.values[from * channels + k];
        }
      }
    }
  }
  const auto channels = static_cast<std::size_t>(sum.channels);
  for (std::size_t i = 0; i < sum.values.size(); ++i) {
    if (const float all = total[i / channels]; all != 1) sum.values[i] /= all;
  }
  return sum;
}

Pixels resampled(const Pixels& from, const Mapping& mapping, std::int64_t height, std::int64_t width) {
  const auto channels = static_cast<std::size_t>(from.channels);
  Pixels to{from.channels, height, width,
            std::vector<float>(static_cast<std::size_t>(height * width) * channels)};
  struct Between {
    std::int64_t low, high;
    float share;  // of the high one
  };
  const auto along = [](std::int64_t i, double scale, double offset, std::int64_t extent) {
    const double most = static_cast<double>(extent - 1);
    const double at = std::clamp((static_cast<double>(i) + 0.5) * scale + offset - 0.5, 0.0, most);
    const auto low = static_cast<std::int64_t>(at);
    return Between{low, std::min(low + 1, extent - 1), static_cast<float>(at - static_cast<double>(low))};
  };
  for (std::int64_t y = 0; y < height; ++y) {
    const Between v = along(y, mapping.scale_y, mapping.top, from.height);
    for (std::int64_t x = 0; x < width; ++x) {
      const Between h = along(x, mapping.scale_x, mapping.left, from.width);
      const auto at = [&](std::int64_t row, std::int64_t column, std::size_t k) {
        return from.values[index_of(row, column, from.width) * channels + k];
      };
      for (std::size_t k = 0; k < channels; ++k) {
        const float upper = std::lerp(at(v.low, h.low, k), at(v.low, h.high, k), h.share);
        const float lower = std::lerp(at(v.high, h.low, k), at(v.high, h.high, k), h.share);
        to.values[index_of(y, x, width) * channels + k] = std::lerp(upper, lower, v.share);
      }
    }
  }
  return to;
}

}  // namespace luge::tasks
