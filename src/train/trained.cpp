#include "train/trained.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/nearest.h"
#include "luge/error.h"
#include "train/metrics_files.h"

namespace luge::train {
namespace {

// Figures of one name could not be told apart, and columns of a table have theirs.
class Names {
 public:
  void take(const std::string& what, const std::string& name) {
    const bool like_validation = name.starts_with(kValidation);
    if (!name.empty() && !like_validation && taken_.insert(name).second) return;
    throw ValueError(fmt::format("Trainer: {} is named '{}'; {}", what, name,
                                 like_validation
                                     ? "names that begin with val_ are kept for the validation's figures"
                                 : name.empty() ? "give it a name"
                                                : "another figure has this name; names must differ"));
  }

 private:
  std::set<std::string> taken_{std::begin(kOwnColumns), std::end(kOwnColumns)};
};

}  // namespace

void check_objectives(const Task& task, const std::vector<Objective>& objectives) {
  const auto refuse = [&](const Objective& objective, const std::string& why) {
    throw ValueError(
        fmt::format("Trainer: the objective '{}' of the task {} {}", objective.name, task.name(), why));
  };
  if (objectives.empty())
    throw ValueError(fmt::format("Trainer: the task {} has no objectives", task.name()));
  if (objectives[0].simultaneous)
    refuse(objectives[0], "is simultaneous, but it is the first: there is none before it");
  const Objective* before = nullptr;
  for (const Objective& objective : objectives) {
    if (!objective.loss) refuse(objective, "has no loss function");
    if (objective.parameters.empty())
      refuse(objective, "trains no parameters: its list of patterns is empty");
    if (objective.every < 1)
      refuse(objective, fmt::format("has every = {}; expected at least 1", objective.every));
    if (objective.repeats < 1)
      refuse(objective, fmt::format("has repeats = {}; expected at least 1", objective.repeats));
    if (objective.simultaneous && objective.repeats != before->repeats) {
      refuse(objective, fmt::format("is simultaneous with '{}', but repeats {} times and not {}",
                                    before->name, objective.repeats, before->repeats));
    }
    before = &objective;
  }
}

void check_figures(const std::vector<Objective>& objectives, const std::vector<Measure>& measures,
                   const std::vector<metrics::HostMetric>& host_metrics) {
  Names names;
  for (const Objective& objective : objectives) names.take("an objective", objective.name);
  for (const auto& [metric, update] : measures) {
    names.take("a metric", metric.name());
    if (metric.result().rank() == 0) continue;
    throw ValueError(fmt::format("Trainer: the metric '{}' is {}; a training measures single numbers",
                                 metric.name(), metric.result().shape().to_string()));
  }
  for (const metrics::HostMetric& metric : host_metrics) {
    for (const metrics::Figure& figure : metric.figures())
      names.take("a figure of " + metric.name(), figure.name);
  }
}

std::vector<Trained> with_optimizers(const std::vector<Objective>& objectives,
                                     const std::map<std::string, optim::Optimizer>& optimizers) {
  std::vector<Trained> trained;
  std::vector<std::string> names;
  for (const Objective& objective : objectives) {
    names.push_back(objective.name);
    const auto found = optimizers.find(objective.name);
    if (found == optimizers.end())
      throw ValueError(fmt::format("Trainer: there is no optimizer for the objective '{}'", objective.name));
    trained.push_back({objective, found->second});
  }
  for (const auto& [name, optimizer] : optimizers) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw ValueError(
          fmt::format("Trainer: an optimizer is given for '{}'{}", name, suggestion(name, names)));
  }
  return trained;
}

std::vector<Trained> with_optimizers(const std::vector<Objective>& objectives, const optim::Optimizer& like) {
  std::vector<Trained> trained;
  for (const Objective& objective : objectives)
    trained.push_back({objective, trained.empty() ? like : like.fresh()});
  return trained;
}

}  // namespace luge::train
