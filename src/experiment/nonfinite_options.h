// What a training is told about batches whose loss or gradient is not finite.
#pragma once

#include <cstdint>
#include <filesystem>

#include "experiment/option_keys.h"
#include "luge/experiment/run.h"
#include "luge/options.h"
#include "luge/train/nonfinite.h"

namespace luge::options {

template <>
struct Names<train::OnNonFinite> {
  static constexpr std::pair<train::OnNonFinite, const char*> all[] = {{train::OnNonFinite::stop, "stop"},
                                                                       {train::OnNonFinite::skip, "skip"}};
};

}  // namespace luge::options

namespace luge::experiment {

/// What happens to them.
struct NonFiniteKeys {
  static constexpr const char* table = "callbacks.nonfinite";
  train::OnNonFinite policy = train::OnNonFinite::stop;
  std::int64_t most_in_a_row = 10;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("policy", self.policy,
          "when loss or gradient is not finite: stop, or skip to leave the batch out and count it",
          also({"on_nonfinite"}), elsewhere({"terminate_on_nan", "TerminateOnNaN", "detect_anomaly"}));
    field("most_in_a_row", self.most_in_a_row,
          "steps that skip leaves out in a row; one more ends the training", at_least(1),
          also({"nonfinite_in_a_row"}), needs("callbacks.nonfinite.policy", {"skip"}));
  }
};

/// The callback that decides. `folder`: where it keeps a state that could not go on; empty: nowhere.
train::CallbackRef nonfinite_callback(const Config& config, const std::filesystem::path& folder,
                                      const Tell& tell);

}  // namespace luge::experiment
