// Areas of pixels: polygons, and run lengths as COCO stores them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace luge::data {

struct Area {
  std::vector<std::vector<float>> polygons = {};  // x, y, x, y, …
  std::vector<std::int64_t> runs = {};            // off, on, off, …, down the columns
};

/// Sets the pixels of the area to `value`. A pixel belongs to a polygon when its center is inside (even-odd).
void paint(const Area& area, std::int64_t value, std::int64_t width, std::int64_t height,
           std::span<std::int64_t> mask);

/// The run lengths of the text that pycocotools writes. Throws FormatError that begins with `where`.
std::vector<std::int64_t> decoded_runs(const std::string& text, const std::string& where);

}  // namespace luge::data
