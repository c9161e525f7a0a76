#include "experiment/check_choices.h"

namespace luge::experiment {

void check_choices(const Config& config) {
  config.chosen("optimizer");
  config.chosen("schedule");
  if (config.given("loss.name")) config.chosen("loss");
  if (config.given("train.metrics")) config.all_chosen("metric");
  config.all_chosen("augmentation");
  config.all_chosen("regularizer");
  config.all_chosen("constraint");
}

}  // namespace luge::experiment
