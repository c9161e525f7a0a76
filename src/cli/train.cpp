// luge train
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/training.h"
#include "luge/experiment/run.h"

namespace luge::cli {
namespace {

int run_train(const Arguments& arguments) {
  watch_signals();
  outlive_terminal();
  const experiment::Config config = arguments.only(experiment::training_keys());
  if (experiment::Trainings::meant_by(config)) {
    experiment::Trainings trainings(config, {.tell = tell_person()});
    trainings.begin();
    fmt::print(stderr, "{}", trainings.description());
    return train_and_report(arguments, trainings);
  }
  experiment::Run run(config, {.tell = tell_person()});
  run.begin();
  fmt::print(stderr, "{}", run.description());
  return train_and_report(arguments, run);
}

const Registration registration(
    {"train",
     "trains a network of the gallery, or of a network file",
     {"train model=lenet5 data=fashion-mnist [epochs=5 batch=64 optimizer=adam lr=1e-3 ...]",
      "train model=mlp data=TABLE.csv folds=10", "train model=mlp data=TABLE.csv ensemble=5",
      "train config=FILE.toml [key=value ...]"},
     experiment::training_keys,
     0,
     run_train});

}  // namespace
}  // namespace luge::cli
