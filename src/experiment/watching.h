// The callbacks that record a training in the folder of its run.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "experiment/training_data.h"
#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/callback.h"
#include "luge/train/watching.h"

namespace luge::experiment {

/// Throws SettingError for what could not be recorded, such as pictures of data that has none.
void check_watching(const Config& config, const TrainingData& training);

class Watching {
 public:
  Watching(const Config& config, const TrainingData& training, std::filesystem::path folder, Tell tell);
  /// New callbacks, for a training or one stage of it. They share the event files.
  std::vector<train::CallbackRef> callbacks() const;

 private:
  const Config& config_;
  const TrainingData& training_;
  std::filesystem::path folder_;
  Tell tell_;
  std::shared_ptr<train::RunEvents> events_;
};

}  // namespace luge::experiment
