// mixup: samples of a batch that are mixed with each other. Source: Zhang et al. 2018, mixup.
#include "data/augment/mixing.h"
#include "luge/data/mix.h"

namespace luge::data {
namespace {

struct MixupOptions {
  double alpha = 0.2, p = 1;
  static void fields(auto& self, auto&& field) {
    field("alpha", self.alpha, "how strongly samples are mixed: shares are drawn from Beta(alpha, alpha)",
          options::above(0));
    field("p", self.p, "probability that a batch is mixed", options::within(0, 1));
  }
};

void mixup(const MixupOptions& options, HostBatch& batch, std::uint64_t key) {
  HostArray& input = mixed_input("mixup", batch);
  Draws draws(key);
  if (!draws.happens(options.p)) return;
  const double share = symmetric_beta(draws, options.alpha);
  const std::vector<std::int64_t> with = partners(draws, batch.rows);
  mix_rows(input, with, share);
  mix_targets(batch, with, share);
}

const bool added_mixup = add_batch_augmentation(
    "mixup", "mixes samples of a batch, and their targets with them", [](const MixupOptions& options) {
      return BatchAugmentation(
          "mixup", [options](HostBatch& batch, std::uint64_t key) { mixup(options, batch, key); });
    });

}  // namespace
}  // namespace luge::data
