#include "cli/sound_picture.h"

#include <algorithm>
#include <cmath>

#include "luge/data/sound_features.h"

namespace luge::cli {

std::optional<io::Image> sound_picture(const data::Record& record) {
  constexpr double kRange = 80;
  const data::HostArray* sound = record.find(data::kInput);
  const data::HostArray* rate = record.find("rate");
  if (!sound || !rate || sound->field.text || sound->field.dtype != f32 || sound->field.shape.rank() != 2 ||
      sound->field.shape[1] < 1 || rate->field.dtype != i64)
    return std::nullopt;
  data::MelOptions options;
  options.rate = rate->as<std::int64_t>()[0];
  options.log = data::SoundLog::decibel, options.range = kRange;
  const data::HostArray made = data::log_mel(*sound, options);
  const std::int64_t bins = made.field.shape[1], frames = made.field.shape[2];
  const auto values = made.as<float>().first(static_cast<std::size_t>(bins * frames));
  const float loudest = *std::max_element(values.begin(), values.end());
  io::Image image{bins, frames, 1, std::vector<std::uint8_t>(values.size())};
  for (std::int64_t y = 0; y < bins; ++y) {
    for (std::int64_t t = 0; t < frames; ++t) {
      const float below = loudest - values[static_cast<std::size_t>((bins - 1 - y) * frames + t)];
      image.pixels[static_cast<std::size_t>(y * frames + t)] = static_cast<std::uint8_t>(
          std::lround(255 * (1 - std::min(1.0, static_cast<double>(below) / kRange))));
    }
  }
  return image;
}

}  // namespace luge::cli
