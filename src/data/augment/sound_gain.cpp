// sound-gain: louder or softer sounds.
#include <cmath>

#include "data/augment/draws.h"
#include "data/augment/sound.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct SoundGainOptions {
  double decibels = 6;
  static void fields(auto& self, auto&& field) {
    field("decibels", self.decibels, "most by which a sound gets louder or softer", options::within(0, 100),
          options::elsewhere({"gain", "max_gain_in_db"}));
  }
};

const bool added_sound_gain =
    add_augmentation("sound-gain", "makes sounds louder or softer", [](const SoundGainOptions& options) {
      return Augmentation(
          "sound-gain",
          [options](Record record, std::uint64_t key) {
            Draws draws(key);
            const double change = (2 * draws.uniform() - 1) * options.decibels;
            const auto factor = static_cast<float>(std::pow(10, change / 20));
            for (float& sample : sound_of("sound-gain", record).samples) sample *= factor;
            return record;
          },
          [](const Schema& before) { return before; });
    });

}  // namespace
}  // namespace luge::data
