// blur: pictures smoothed by a Gaussian.
#include <algorithm>
#include <cmath>

#include "data/augment/color.h"
#include "data/augment/warp.h"

namespace luge::data {
namespace {

struct BlurOptions {
  double smallest = 0.1, largest = 2, p = 0.5;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("smallest", self.smallest, "smallest standard deviation in pixels", options::above(0));
    field("largest", self.largest, "largest standard deviation in pixels", options::above(0).at_most(100),
          options::elsewhere({"sigma", "blur_limit"}));
    color_fields(self, field);
  }
};

const bool added_blur =
    add_augmentation("blur", "blurs pictures by a Gaussian", [](const BlurOptions& options) {
      if (options.smallest > options.largest)
        throw options::OptionError("smallest", "smallest is larger than largest; expected at most that");
      return color_augmentation<BlurOptions>(
          "blur", options, [](const BlurOptions& own, const Shades& shades, Draws& draws) {
            blur(shades, own.smallest + (own.largest - own.smallest) * draws.uniform());
          });
    });

// Up to three deviations on each side; the weights have the sum 1.
std::vector<float> gaussian(double sigma) {
  const auto reach = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(3 * sigma)));
  std::vector<float> weights;
  double sum = 0;
  for (std::int64_t k = -reach; k <= reach; ++k)
    sum += std::exp(-static_cast<double>(k * k) / (2 * sigma * sigma));
  for (std::int64_t k = -reach; k <= reach; ++k)
    weights.push_back(static_cast<float>(std::exp(-static_cast<double>(k * k) / (2 * sigma * sigma)) / sum));
  return weights;
}

template <class T>
void blur_plane(std::span<T> plane, std::int64_t height, std::int64_t width, std::span<const float> weights) {
  const auto reach = static_cast<std::int64_t>(weights.size() / 2);
  const auto columns = static_cast<std::size_t>(width);
  std::vector<float> padded(columns + weights.size() - 1), across(plane.size()), row(columns);
  for (std::int64_t y = 0; y < height; ++y) {
    const T* from = plane.data() + y * width;
    for (std::int64_t x = -reach; x < width + reach; ++x)
      padded[static_cast<std::size_t>(x + reach)] =
          static_cast<float>(from[shown(x, width, Outside::reflect)]);
    convolve_row(padded.data(), weights,
                 std::span(across).subspan(static_cast<std::size_t>(y) * columns, columns));
  }
  for (std::int64_t y = 0; y < height; ++y) {
    std::fill(row.begin(), row.end(), 0.0f);
    for (std::int64_t k = -reach; k <= reach; ++k) {
      const auto source = static_cast<std::size_t>(shown(y + k, height, Outside::reflect));
      add_scaled(std::span(across).subspan(source * columns, columns),
                 weights[static_cast<std::size_t>(k + reach)], row);
    }
    T* to = plane.data() + y * width;
    for (std::size_t x = 0; x < columns; ++x) {
      if constexpr (std::same_as<T, float>) {
        to[x] = row[x];
      } else {
        to[x] = static_cast<T>(std::min(255.0f, row[x] + 0.5f));
      }
    }
  }
}

}  // namespace

void blur(const Shades& shades, double sigma) {
  const std::vector<float> weights = gaussian(sigma);
  const std::size_t area = shades.area();
  for (std::size_t first = 0; area > 0 && first < shades.bytes.size(); first += area)
    blur_plane(shades.bytes.subspan(first, area), shades.height, shades.width, weights);
  for (std::size_t first = 0; area > 0 && first < shades.numbers.size(); first += area)
    blur_plane(shades.numbers.subspan(first, area), shades.height, shades.width, weights);
}

}  // namespace luge::data
