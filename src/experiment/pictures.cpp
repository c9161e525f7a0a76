#include "experiment/pictures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"
#include "luge/io/resize.h"

namespace luge::experiment {
namespace {

// The value of one channel, or of all where there is one number.
float at(const std::vector<float>& list, std::size_t c) { return list[list.size() == 1 ? 0 : c]; }

}  // namespace

bool is_picture(const Shape& shape) {
  return shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3 || shape[0] == 4);
}

io::Image picture_of(const data::HostArray& input, const data::Affine& preprocessing) {
  const Shape& shape = input.field.shape;
  const bool bytes = input.field.dtype == u8;
  if (!is_picture(shape) || (!bytes && input.field.dtype != f32)) {
    throw ValueError(fmt::format("samples of {} are not pictures", input.field.to_string()));
  }
  io::Image picture{shape[1], shape[2], shape[0], {}};
  picture.pixels.resize(static_cast<std::size_t>(shape.elements()));
  const auto area = static_cast<std::size_t>(shape[1] * shape[2]);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    const std::size_t c = i / area;
    const float value = bytes ? input.as<std::uint8_t>()[i] : input.as<float>()[i];
    const float raw = value / at(preprocessing.scale, c) + at(preprocessing.offset, c);
    picture.pixels[(i % area) * static_cast<std::size_t>(shape[0]) + c] =
        static_cast<std::uint8_t>(std::clamp(std::lround(raw), 0L, 255L));
  }
  return picture;
}

std::string changes_for(const io::Image& picture, const Shape& shape) {
  std::vector<std::string> changes;
  if (picture.height != shape[1] || picture.width != shape[2]) {
    changes.push_back(
        fmt::format("resized from {}x{} to {}x{}", picture.width, picture.height, shape[2], shape[1]));
  }
  const bool had_color = picture.channels >= 3, has_color = shape[0] == 3,
             had_alpha = picture.channels % 2 == 0;
  if (had_color != has_color)
    changes.emplace_back(had_color ? "color turned into gray" : "gray shown as color");
  if (had_alpha) changes.emplace_back("transparency left out");
  return fmt::format("{}", fmt::join(changes, ", "));
}

std::vector<float> raw_input(const io::Image& picture, const Shape& shape) {
  if (!is_picture(shape)) {
    throw ValueError(fmt::format("the model takes inputs of shape {}, not pictures", shape.to_string()));
  }
  const io::Image fitting = io::with_channels(picture, shape[0]);
  const auto channels = static_cast<std::size_t>(shape[0]);
  std::vector<float> planes(fitting.pixels.size());
  const std::size_t area = planes.size() / channels;
  for (std::size_t i = 0; i < planes.size(); ++i)
    planes[i % channels * area + i / channels] = static_cast<float>(fitting.pixels[i]);
  std::vector<float> raw(static_cast<std::size_t>(shape.elements()));
  io::resize_planes(planes, {shape[0], fitting.height, fitting.width}, raw, {shape[0], shape[1], shape[2]});
  return raw;
}

}  // namespace luge::experiment
