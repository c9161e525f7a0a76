// sound-shift: sounds that begin earlier or later. What comes in is silence.
#include <algorithm>

#include "data/augment/draws.h"
#include "data/augment/sound.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

struct SoundShiftOptions {
  std::int64_t samples = 800;
  static void fields(auto& self, auto&& field) {
    field("samples", self.samples, "most by which a sound begins earlier or later", options::at_least(1));
  }
};

Record moved_in_time(const SoundShiftOptions& options, Record record, std::uint64_t key) {
  const SoundView sound = sound_of("sound-shift", record);
  Draws draws(key);
  const std::int64_t most = std::min(options.samples, sound.length);
  const std::int64_t later = draws.whole(-most, most);
  for (std::int64_t c = 0; c < sound.channels; ++c) {
    const std::span<float> to = sound.channel(c);
    const auto count = static_cast<std::ptrdiff_t>(later > 0 ? later : -later);
    if (later > 0) {
      std::shift_right(to.begin(), to.end(), count);
      std::fill(to.begin(), to.begin() + count, 0.0f);
    } else {
      std::shift_left(to.begin(), to.end(), count);
      std::fill(to.end() - count, to.end(), 0.0f);
    }
  }
  return record;
}

const bool added_sound_shift = add_augmentation(
    "sound-shift", "moves sounds in time; what comes in is silence", [](const SoundShiftOptions& options) {
      return Augmentation(
          "sound-shift",
          [options](Record record, std::uint64_t key) {
            return moved_in_time(options, std::move(record), key);
          },
          [](const Schema& before) { return before; });
    });

}  // namespace
}  // namespace luge::data
