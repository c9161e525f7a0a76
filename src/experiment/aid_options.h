// What helps to find mistakes before a long training.
#pragma once

#include <cstdint>

#include "experiment/option_keys.h"
#include "luge/options.h"

namespace luge::experiment {

/// A number of batches, or true for one and false for none.
struct FewBatches {
  std::int64_t count = 0;
};

/// Fewer batches than there are.
struct AidOptions {
  static constexpr const char* table = "train";
  FewBatches fast_dev_run = {};
  std::int64_t overfit_batches = 0;
  std::int64_t limit_val_batches = 0;
  bool profile = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("fast_dev_run", self.fast_dev_run,
          "one batch (or this many) of training and validation goes through everything, and nothing is kept",
          takes("true, false or a number of batches"), elsewhere({"dry_run", "smoke_test"}));
    field("overfit_batches", self.overfit_batches,
          "train on these first batches alone, the same in each epoch, neither shuffled nor augmented, and "
          "validate on them: the loss must go to 0; 0: no",
          at_least(0));
    field("limit_val_batches", self.limit_val_batches,
          "validate on this many batches of 256 samples, chosen by the seed, each class in its share; 0: all",
          at_least(0), elsewhere({"validation_steps", "limit_validation_batches"}),
          needs("train.overfit_batches", {"0"}));
    field("profile", self.profile,
          "measure the time and memory of each layer before the training: a table, and profile.json as a "
          "Chrome trace in the folder of the run",
          elsewhere({"profiler"}));
  }
};

}  // namespace luge::experiment

namespace luge::options {

template <>
struct Type<experiment::FewBatches> {
  static constexpr Kind kind = Kind::mixed;
  static Value get(const experiment::FewBatches& member);
  static void set(experiment::FewBatches& member, const Value& value);
};

}  // namespace luge::options
