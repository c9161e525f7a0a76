// luge explain: what a training step is compiled to.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/setup.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

int run_explain(const Arguments& arguments) {
  const PlannedStep planned = planned_step(arguments);
  const std::string text = planned.setup.trainer.explain(planned.batch);
  if (arguments.json()) {
    fmt::print("{}\n",
               Json{{"model", planned.setup.model}, {"batch", planned.rows}, {"program", text}}.dump());
  } else {
    fmt::print("{}", text);
  }
  return 0;
}

const Registration registration({"explain",
                                 "the compiled training step: kernels chosen, and why others refused",
                                 {"explain model=lenet5 batch=64"},
                                 model_and_input_keys(),
                                 0,
                                 run_explain});

}  // namespace
}  // namespace luge::cli
