// sound-speed: faster and higher, or slower and lower sounds, by linear interpolation. The number of samples
// stays: a slower sound is cut at its end, a faster one ends with silence.
#include <algorithm>
#include <cmath>

#include "data/augment/draws.h"
#include "data/augment/sound.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct SoundSpeedOptions {
  double change = 0.15;
  static void fields(auto& self, auto&& field) {
    field("change", self.change, "largest share by which a sound gets faster or slower",
          options::at_least(0).below(1));
  }
};

Record at_other_speed(const SoundSpeedOptions& options, Record record, std::uint64_t key) {
  const SoundView sound = sound_of("sound-speed", record);
  Draws draws(key);
  const double speed = 1 + (2 * draws.uniform() - 1) * options.change;
  for (std::int64_t c = 0; c < sound.channels; ++c) {
    const std::span<float> to = sound.channel(c);
    const std::vector<float> from(to.begin(), to.end());
    for (std::size_t t = 0; t < from.size(); ++t) {
      const double at = static_cast<double>(t) * speed;
      const auto left = static_cast<std::size_t>(at);
      const float part = static_cast<float>(at - std::floor(at));
      const auto sample = [&](std::size_t k) { return k < from.size() ? from[k] : 0.0f; };
      to[t] = sample(left) + part * (sample(left + 1) - sample(left));
    }
  }
  return record;
}

const bool added_sound_speed =
    add_augmentation("sound-speed", "makes sounds faster and higher, or slower and lower",
                     [](const SoundSpeedOptions& options) {
                       return Augmentation(
                           "sound-speed",
                           [options](Record record, std::uint64_t key) {
                             return at_other_speed(options, std::move(record), key);
                           },
                           [](const Schema& before) { return before; });
                     });

}  // namespace
}  // namespace luge::data
