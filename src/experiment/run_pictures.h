// The pictures that a training leaves in the folder of its run: first-batch.png, curves.png, confusion.png
// and fit.png. A picture that cannot be drawn is told of, once, and never ends or delays a training.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/judged.h"
#include "experiment/measure.h"
#include "luge/data/dataset.h"
#include "luge/draw/figure.h"
#include "luge/experiment/run.h"
#include "luge/train/callback.h"

namespace luge::experiment {

inline constexpr const char *kCurvesFile = "curves.png", *kConfusionFile = "confusion.png",
                            *kFitFile = "fit.png", *kFirstBatchFile = "first-batch.png";

/// The confusion matrix, with its accuracy below the title.
draw::Figure confusion_figure(const Classified& found, const std::vector<std::string>& classes,
                              const std::string& title);

class RunPictures {
 public:
  RunPictures(std::filesystem::path folder, Tell tell);

  /// Draws curves.png: after an epoch as long as drawing takes less than a hundredth of the time, and at the
  /// end. It runs after the callback that writes checkpoints.
  train::CallbackRef callback();
  void draw_curves(const train::History& history);
  /// Draws pictures of the first batch with their boxes, where the data has boxes.
  void draw_first_batch(const data::Batches& batches);
  /// Draws what the network says about its samples, where they have classes.
  void draw_confusion(const Judged& judged);
  /// Draws the lines of the networks of best.safetensors and last.safetensors through samples of one column,
  /// where they predict one number; `raw` are samples in the units of the data.
  void draw_fit(const Parts& raw);

 private:
  // Calls `draw`; what it throws is told of.
  template <class Draw>
  void guarded(const char* file, Draw draw);

  std::filesystem::path folder_;
  Tell tell_;
  bool failed_ = false;
};

}  // namespace luge::experiment
