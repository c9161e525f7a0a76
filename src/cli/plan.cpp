// luge plan: the memory of a training step, before it runs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/keys.h"
#include "experiment/planned_step.h"
#include "luge/nn/summary.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t bytes_of(const std::vector<nn::NamedVariable>& variables) {
  std::int64_t sum = 0;
  for (const auto& [name, variable] : variables)
    sum += variable.shape().elements() * static_cast<std::int64_t>(size_of(variable.dtype()));
  return sum;
}

int run_plan(const Arguments& arguments) {
  experiment::PlannedStep planned = experiment::planned_step(arguments, tell_person());
  const experiment::Scope scope(planned.settings);
  const PlanInfo plan = planned.trainer.plan(planned.batch);
  const std::int64_t parameters = bytes_of(planned.trainer.net().named_parameters());
  const std::int64_t optimizer = bytes_of(planned.trainer.optimizer().state());
  const auto peak = plan.arena_bytes + plan.state_bytes + plan.input_bytes + plan.output_bytes;
  const nn::Summary summary = planned.trainer.net().input_names().size() > 1
                                  ? nn::summary(planned.trainer.net(), planned.batch)
                                  : nn::summary(planned.trainer.net(), planned.info.input().shape);
  if (arguments.json()) {
    print_json(Json{{"batch", planned.rows},
                    {"peak_bytes", peak},
                    {"arena_bytes", plan.arena_bytes},
                    {"parameters_bytes", parameters},
                    {"optimizer_bytes", optimizer},
                    {"workspace_bytes", plan.workspace_bytes},
                    {"input_bytes", plan.input_bytes},
                    {"steps", plan.steps},
                    {"recomputed_steps", plan.recomputed_steps},
                    {"recomputed_seconds", plan.recomputed_seconds},
                    {"parameters", summary.parameters},
                    {"macs", summary.macs}});
    return 0;
  }
  fmt::print("one training step of {} with batch {}: {} kernel calls\n", planned.model, planned.rows,
             plan.steps);
  fmt::print("parameters  {:>14}   ({} multiply-adds forward for each sample)\n", summary.parameters,
             summary.macs);
  for (const auto& [name, bytes] : {std::pair<const char*, std::size_t>{"peak", peak},
                                    {"arena", plan.arena_bytes},
                                    {"  workspace", plan.workspace_bytes},
                                    {"weights", static_cast<std::size_t>(parameters)},
                                    {"optimizer", static_cast<std::size_t>(optimizer)},
                                    {"input", plan.input_bytes}}) {
    fmt::print("{:<12}{:>14} bytes\n", name, bytes);
  }
  if (plan.recomputed_steps) {
    fmt::print("to stay within memory={}, {} steps run twice, which takes about {:.2f} ms\n",
               arguments.text("train.memory"), plan.recomputed_steps, plan.recomputed_seconds * 1e3);
  }
  return 0;
}

const Registration registration_plan({"plan",
                                      "memory of a training step, exactly, before it runs",
                                      {"plan model=lenet5 batch=64 [input=1x28x28]"},
                                      experiment::model_and_input_keys,
                                      0,
                                      run_plan});
}  // namespace
}  // namespace luge::cli
