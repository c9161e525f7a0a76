// spec-augment: bands of bins and of frames of a spectrogram are covered, in training alone. Source: Park et
// al. 2019, "SpecAugment"; without the warping of time.
#include <fmt/format.h>

#include <algorithm>

#include "data/augment/draws.h"
#include "data/steps/step.h"
#include "luge/data/augment.h"
#include "luge/data/named_features.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct MaskOptions {
  std::int64_t bins = 8, bin_masks = 2, frames = 16, frame_masks = 2, seed = 1;
  static void fields(auto& self, auto&& field) {
    using options::at_least;
    field("bins", self.bins, "most bins that a mask covers", at_least(0),
          options::elsewhere({"freq_mask_param", "F"}));
    field("bin_masks", self.bin_masks, "masks over bins", options::within(0, 100));
    field("frames", self.frames, "most frames that a mask covers", at_least(0),
          options::elsewhere({"time_mask_param", "T"}));
    field("frame_masks", self.frame_masks, "masks over frames", options::within(0, 100));
    field("seed", self.seed, "of the random numbers", at_least(0));
  }
};

// Numbers between silence and sound, so that a mask tells nothing.
float mean_of_features(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return values.empty() ? 0 : static_cast<float>(sum / static_cast<double>(values.size()));
}

Record masked(const MaskOptions& o, Record record, std::uint64_t key) {
  HostArray* input = record.contains(kInput) ? &record[kInput] : nullptr;
  if (!input || input->field.dtype != f32 || input->field.shape.rank() != 3)
    throw ShapeError(
        fmt::format("spec-augment: the input is {}; expected a spectrogram f32[channels,bins,frames], such "
                    "as log-mel makes",
                    input ? input->field.to_string() : "absent"));
  const std::span<float> values = input->as<float>();
  const auto rows = input->field.shape[1], width = input->field.shape[2];
  const float fill = mean_of_features(values);
  Draws draws(key);
  const auto cover = [&](std::int64_t extent, std::int64_t most, bool is_bin) {
    const std::int64_t count = draws.whole(0, std::min(most, extent)), first = draws.whole(0, extent - count);
    for (std::int64_t c = 0; c < input->field.shape[0]; ++c) {
      for (std::int64_t r = is_bin ? first : 0; r < (is_bin ? first + count : rows); ++r) {
        const auto row =
            values.subspan(static_cast<std::size_t>((c * rows + r) * width), static_cast<std::size_t>(width));
        std::fill_n(row.begin() + (is_bin ? 0 : first), is_bin ? width : count, fill);
      }
    }
  };
  for (std::int64_t k = 0; k < o.bin_masks; ++k) cover(rows, o.bins, true);
  for (std::int64_t k = 0; k < o.frame_masks; ++k) cover(width, o.frames, false);
  return record;
}

class SpectrogramMasks final : public StepWith<SpectrogramMasks, MaskOptions> {
 public:
  static constexpr const char* kName = "spec-augment";
  explicit SpectrogramMasks(MaskOptions options) : StepWith(std::move(options)) {
    options::check(kName, options_);
  }
  bool training_only() const override { return true; }
  Dataset apply(const Dataset& data) const override {
    const Augmentation masks(
        kName, [o = options_](Record record, std::uint64_t key) { return masked(o, std::move(record), key); },
        [](const Schema& before) { return before; });
    return data.augment(masks, static_cast<std::uint64_t>(options_.seed));
  }
  void apply(Record&) const override {}
};

const bool added_spectrogram_masks =
    SpectrogramMasks::add() &&
    add_feature(
        "spec-augment", "after log-mel: covers bands of bins and frames, in training alone",
        [](const MaskOptions& options) -> StepRef { return std::make_shared<SpectrogramMasks>(options); });

}  // namespace
}  // namespace luge::data
