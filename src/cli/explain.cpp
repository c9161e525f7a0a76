// luge explain: what a training step is compiled to.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/keys.h"
#include "experiment/planned_step.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Key> explain_keys() {
  std::vector<Key> keys = experiment::model_and_input_keys();
  keys.push_back({"profile", "run this many steps on zeros and show the mean time of each kernel"});
  return keys;
}

int run_explain(const Arguments& arguments) {
  experiment::PlannedStep planned = experiment::planned_step(arguments, tell_person());
  const experiment::Scope scope(planned.settings);
  train::Trainer& trainer = planned.trainer;
  const bool timed = arguments.has("profile");
  const std::string text = timed ? trainer.profile(planned.batch, arguments.integer("profile", 1))
                                 : trainer.explain(planned.batch);
  if (arguments.json()) {
    print_json(Json{{"model", planned.model}, {"batch", planned.rows}, {"program", text}});
  } else {
    fmt::print("{}", text);
  }
  return 0;
}

const Registration registration({"explain",
                                 "the compiled training step: kernels chosen, and why others refused",
                                 {"explain model=lenet5 batch=64 [profile=20]"},
                                 explain_keys,
                                 0,
                                 run_explain});

}  // namespace
}  // namespace luge::cli
