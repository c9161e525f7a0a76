// cutmix: pictures with a rectangle of another one of the batch. Source: Yun et al. 2019, CutMix.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/augment/mixing.h"
#include "data/augment/picture.h"
#include "luge/data/mix.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct CutmixOptions {
  double alpha = 1, p = 1;
  static void fields(auto& self, auto&& field) {
    field("alpha", self.alpha, "which sizes rectangles have: what is kept is drawn from Beta(alpha, alpha)",
          options::above(0));
    field("p", self.p, "probability that a batch is mixed", options::within(0, 1));
  }
};

// From `first` to before `stop`: `length` of an axis around a point of it, cut off at both ends.
struct Stretch {
  std::int64_t first, stop;
  Stretch(Draws& draws, std::int64_t extent, double share) {
    const auto half = static_cast<std::int64_t>(static_cast<double>(extent) * share) / 2;
    const std::int64_t center = draws.whole(0, extent - 1);
    const std::int64_t odd = static_cast<std::int64_t>(static_cast<double>(extent) * share) % 2;
    first = std::max<std::int64_t>(0, center - half);
    stop = std::min(extent, center + half + odd);
  }
  std::int64_t length() const { return stop - first; }
};

void cutmix(const CutmixOptions& options, HostBatch& batch, std::uint64_t key) {
  HostArray& input = mixed_input("cutmix", batch);
  if (input.field.shape.rank() != 4) {
    throw ShapeError(fmt::format(
        "augmentation cutmix: the field 'input' is {}; expected pictures [rows,channels,height,width]; leave "
        "the augmentation out",
        input.field.to_string()));
  }
  Draws draws(key);
  if (!draws.happens(options.p) || input.field.shape.elements() == 0) return;
  const double side = std::sqrt(1 - symmetric_beta(draws, options.alpha));
  HostArray before = input;
  const Planes to(input), from(before);
  const Stretch down(draws, to.height(), side), right(draws, to.width(), side);
  const std::vector<std::int64_t> with = partners(draws, batch.rows);
  const std::int64_t channels = input.field.shape[1];
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const std::int64_t other = with[static_cast<std::size_t>(row)] * channels + channel;
      for (std::int64_t y = down.first; y < down.stop; ++y) {
        const auto source = from.row(other, y, right.first, right.length());
        std::memcpy(to.row(row * channels + channel, y, right.first, right.length()).data(), source.data(),
                    source.size());
      }
    }
  }
  const double cut = static_cast<double>(down.length() * right.length());
  mix_targets(batch, with, 1 - cut / static_cast<double>(to.height() * to.width()));
}

const bool added_cutmix = add_batch_augmentation(
    "cutmix", "puts a rectangle of another picture of the batch into pictures, and mixes their targets",
    [](const CutmixOptions& options) {
      return BatchAugmentation(
          "cutmix", [options](HostBatch& batch, std::uint64_t key) { cutmix(options, batch, key); });
    });

}  // namespace
}  // namespace luge::data
