// What the best network of a run says about the samples that were held back: for the confusion matrix, and
// for the page of the run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "experiment/inference.h"
#include "luge/experiment/run.h"
#include "luge/nn/load.h"
#include "luge/train/checkpoint_info.h"

namespace luge::experiment {

struct Judged {
  std::string split;                 // "validation", or "training" where nothing was held back
  data::Dataset samples;             // as the network sees them, those that were answered
  std::optional<data::Dataset> raw;  // the same before the recipe, where it makes one of each
  std::int64_t whole = 0;            // samples of that split; samples may be its beginning
  nn::Loaded net;
  std::optional<train::CheckpointInfo> checkpoint;
  Answers answers;  // as probabilities where the metadata say so; none where the task is not about one target
  bool classes = false, numbers = false;
};

/// Reads the best checkpoint (without validation: the last one) and lets it answer the validation samples, or
/// else up to 10,000 training samples. After `seconds` it ends with the samples answered so far.
Judged judge(const std::filesystem::path& run, const Parts& parts, const Parts& raw, double seconds);

}  // namespace luge::experiment
