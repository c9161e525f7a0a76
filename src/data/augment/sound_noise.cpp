// sound-noise: white noise added to sounds, as loud as a ratio to the sound says.
#include <cmath>

#include "data/augment/draws.h"
#include "data/augment/sound.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct SoundNoiseOptions {
  double least = 10, most = 40;
  static void fields(auto& self, auto&& field) {
    field("least", self.least, "smallest ratio of sound to noise in decibels", options::within(-100, 100),
          options::elsewhere({"min_snr_db", "snr_low"}));
    field("most", self.most, "largest ratio of sound to noise in decibels", options::within(-100, 100),
          options::elsewhere({"max_snr_db", "snr_high"}));
  }
};

Record with_noise(const SoundNoiseOptions& options, Record record, std::uint64_t key) {
  const SoundView sound = sound_of("sound-noise", record);
  if (sound.samples.empty()) return record;
  double squares = 0;
  for (const float sample : sound.samples)
    squares += static_cast<double>(sample) * static_cast<double>(sample);
  Draws draws(key);
  const double ratio = options.least + (options.most - options.least) * draws.uniform();
  const double power = squares / static_cast<double>(sound.samples.size());
  const double deviation = std::sqrt(power * std::pow(10, -ratio / 10));
  for (float& sample : sound.samples) sample += static_cast<float>(deviation * draws.normal());
  return record;
}

const bool added_sound_noise =
    add_augmentation("sound-noise", "adds white noise to sounds", [](const SoundNoiseOptions& options) {
      return Augmentation(
          "sound-noise",
          [options](Record record, std::uint64_t key) { return with_noise(options, std::move(record), key); },
          [](const Schema& before) { return before; });
    });

}  // namespace
}  // namespace luge::data
