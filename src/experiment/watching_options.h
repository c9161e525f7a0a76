// What is recorded of a training besides metrics.csv, and what the terminal shows.
#pragma once

#include <cstdint>

#include "experiment/option_keys.h"
#include "luge/options.h"

namespace luge::experiment {

/// What is recorded in the folder of the run.
struct WatchingOptions {
  static constexpr const char* table = "callbacks";
  bool tensorboard = true;
  AutoWhole histograms = {};
  std::int64_t log_steps = 0;
  std::int64_t predictions = 0;
  bool timing = false;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("tensorboard", self.tensorboard, "event files for TensorBoard, in train/ and validation/",
          elsewhere({"tb", "tensor_board", "TensorBoard"}));
    field(
        "histograms", self.histograms,
        "epochs between histograms of weights, gradients and outputs of layers in the event files; 0: none; "
        "auto: of the weights, in at most a hundredth of the time",
        at_least(0), takes("auto or a whole number from 0"), elsewhere({"histogram_freq"}),
        needs("callbacks.tensorboard", {"true"}));
    field("log_steps", self.log_steps,
          "steps between rows of steps.csv, with the learning rate and the figures so far; 0: none",
          at_least(0), elsewhere({"log_every_n_steps", "logging_steps", "update_freq", "log_interval"}));
    field("predictions", self.predictions,
          "pictures that are shown with truth and prediction after each epoch, in predictions/; 0: none",
          at_least(0));
    field("timing", self.timing, "timing.csv: step time, waiting for data and samples per second by epoch");
  }
};

/// What the terminal shows.
struct TerminalOptions {
  static constexpr const char* table = "run";
  std::int64_t verbose = 1;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("verbose", self.verbose, "0: results alone, 1: progress, 2: one line an epoch",
          at_least(0).at_most(2), elsewhere({"verbosity", "progress", "quiet"}));
  }
};

}  // namespace luge::experiment
