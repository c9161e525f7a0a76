#include "luge/tasks/custom.h"

#include <fmt/format.h>

#include <memory>

#include "luge/error.h"

namespace luge::tasks {
namespace {

class Custom final : public train::Task {
 public:
  explicit Custom(CustomOptions options) : options_(std::move(options)) {}
  std::string name() const override { return options_.name; }
  train::Needs needs() const override { return options_.needs; }
  data::Recipe recipe(const data::Dataset& training) const override {
    return options_.recipe ? options_.recipe(training) : Task::recipe(training);
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    return options_.outputs ? options_.outputs(info) : Task::outputs(info);
  }
  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return options_.loss ? std::vector<train::Objective>{{.loss = options_.loss}} : options_.objectives;
  }
  std::vector<train::Measure> metrics() const override { return options_.metrics; }
  std::vector<metrics::HostMetric> host_metrics() const override { return options_.host_metrics; }
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    return options_.interpret ? options_.interpret(outputs, batch) : Task::interpret(outputs, batch);
  }
  std::vector<nn::NamedVariable> state() const override { return options_.state; }

 private:
  CustomOptions options_;
};

}  // namespace

train::TaskRef custom(CustomOptions options) {
  const auto refuse = [&](const char* what) {
    throw ValueError(fmt::format("tasks::custom '{}': {}", options.name, what));
  };
  if (options.name.empty()) refuse("the name is empty");
  if (!options.loss && options.objectives.empty()) refuse("there is no loss; give loss or objectives");
  if (options.loss && !options.objectives.empty()) refuse("give loss or objectives, not both");
  for (const train::Objective& objective : options.objectives) {
    if (!objective.loss) refuse("an objective has no loss");
  }
  return std::make_shared<const Custom>(std::move(options));
}

}  // namespace luge::tasks
