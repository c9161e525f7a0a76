#include "experiment/pictures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"

namespace luge::experiment {
namespace {

// For one output pixel: the input pixels that it is made of, and their weights (a triangle as wide as the
// scale).
struct Taps {
  std::int64_t first = 0;
  std::vector<float> weights;
};

std::vector<Taps> taps(std::int64_t from, std::int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to), reach = std::max(scale, 1.0);
  std::vector<Taps> all;
  for (std::int64_t i = 0; i < to; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const auto low = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(center - reach)));
    const auto high = std::min<std::int64_t>(from - 1, static_cast<std::int64_t>(std::floor(center + reach)));
    Taps t{low, {}};
    float sum = 0;
    for (std::int64_t k = low; k <= high; ++k) {
      t.weights.push_back(
          static_cast<float>(std::max(0.0, 1 - std::abs(static_cast<double>(k) - center) / reach)));
      sum += t.weights.back();
    }
    for (float& weight : t.weights) weight /= sum;
    all.push_back(std::move(t));
  }
  return all;
}

}  // namespace

bool is_picture(const Shape& shape) { return shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3); }

io::Image picture_of(const data::HostArray& input, const data::Affine& preprocessing) {
  const Shape& shape = input.field.shape;
  if (!is_picture(shape) || input.field.dtype != f32) {
    throw ValueError(fmt::format("samples of {} are not pictures", input.field.to_string()));
  }
  io::Image picture{shape[1], shape[2], shape[0], {}};
  picture.pixels.resize(static_cast<std::size_t>(shape.elements()));
  const auto values = input.as<float>();
  const auto area = static_cast<std::size_t>(shape[1] * shape[2]);
  const auto at = [](const std::vector<float>& list, std::size_t c) {
    return list[list.size() == 1 ? 0 : c];
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i / area;
    const float raw = values[i] / at(preprocessing.scale, c) + at(preprocessing.offset, c);
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
  const std::vector<Taps> rows = taps(fitting.height, shape[1]), columns = taps(fitting.width, shape[2]);
  const auto channels = static_cast<std::size_t>(shape[0]), width = static_cast<std::size_t>(shape[2]);
  std::vector<float> raw(static_cast<std::size_t>(shape.elements()));
  for (std::size_t y = 0; y < rows.size(); ++y) {
    for (std::size_t x = 0; x < columns.size(); ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        float sum = 0;
        for (std::size_t j = 0; j < rows[y].weights.size(); ++j) {
          for (std::size_t k = 0; k < columns[x].weights.size(); ++k) {
            const auto row = static_cast<std::size_t>(rows[y].first) + j,
                       column = static_cast<std::size_t>(columns[x].first) + k;
            sum +=
                rows[y].weights[j] * columns[x].weights[k] *
                static_cast<float>(
                    fitting.pixels[(row * static_cast<std::size_t>(fitting.width) + column) * channels + c]);
          }
        }
        raw[(c * rows.size() + y) * width + x] = sum;
      }
    }
  }
  return raw;
}

}  // namespace luge::experiment
