// luge train
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/fast_dev_run.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/aids.h"
#include "luge/experiment/run.h"

namespace luge::cli {
namespace {

int run_train(const Arguments& arguments) {
  watch_signals();
  outlive_terminal();
  const experiment::Config config = arguments.only(experiment::training_keys());
  if (experiment::dev_batches(config) > 0) return fast_dev_run(arguments, config);
  if (experiment::Trainings::meant_by(config)) {
    experiment::Trainings trainings(config, {.tell = tell_person()});
    trainings.begin();
    if (!is_quiet(config)) tell_aside(trainings.description());
    return train_and_report(arguments, trainings);
  }
  experiment::Run run(config, {.tell = tell_person()});
  run.begin();
  if (!is_quiet(config)) tell_aside(run.description());
  return train_and_report(arguments, run);
}

const Registration registration_train(
    {"train",
     "trains a network of the gallery, or of a network file",
     {"train model=lenet5 data=fashion-mnist [epochs=5 batch=64 optimizer=adam lr=1e-3 ...]",
      "train model=mlp data=TABLE.csv folds=10", "train model=mlp data=TABLE.csv ensemble=5",
      "train model=lenet5 data=fashion-mnist shares=0.01,0.1,1 seeds=3 [init=RUN curve.scratch=true]",
      "train model=lenet5 data=fashion-mnist fast_dev_run=true", "train ... overfit_batches=2 epochs=100",
      "train config=FILE.toml [key=value ...]"},
     experiment::training_keys,
     0,
     run_train});

}  // namespace
}  // namespace luge::cli
