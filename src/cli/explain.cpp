// luge explain: what a training step is compiled to.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/keys.h"
#include "cli/output.h"
#include "cli/planned_step.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Key> explain_keys() {
  std::vector<Key> keys = model_and_input_keys();
  keys.push_back({"profile", "run this many steps on zeros and show the mean time of each kernel"});
  return keys;
}

int run_explain(const Arguments& arguments) {
  PlannedStep planned = planned_step(arguments);
  train::Trainer& trainer = planned.setup.trainer;
  const bool timed = arguments.has("profile");
  const std::string text = timed ? trainer.profile(planned.batch, arguments.integer("profile", 1))
                                 : trainer.explain(planned.batch);
  if (arguments.json()) {
    print_json(Json{{"model", planned.setup.model}, {"batch", planned.rows}, {"program", text}});
  } else {
    fmt::print("{}", text);
  }
  return 0;
}

const Registration registration({"explain",
                                 "the compiled training step: kernels chosen, and why others refused",
                                 {"explain model=lenet5 batch=64 [profile=20]"},
                                 explain_keys(),
                                 0,
                                 run_explain});

}  // namespace
}  // namespace luge::cli
