// What a training is made of, checked before it begins: objectives, their optimizers, and figures.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luge/train/task.h"
#include "train/steps.h"

namespace luge::train {

/// Throws ValueError for a task without objectives and for one that is not complete.
void check_objectives(const Task& task, const std::vector<Objective>& objectives);
/// Throws ValueError when two figures have one name or one has a name that is kept for something else, and
/// for a metric that is not a single number.
void check_figures(const std::vector<Objective>& objectives, const std::vector<Measure>& measures,
                   const std::vector<metrics::HostMetric>& host_metrics);

/// Each objective with its own optimizer. Throws ValueError when the names differ.
std::vector<Trained> with_optimizers(const std::vector<Objective>& objectives,
                                     const std::map<std::string, optim::Optimizer>& optimizers);
/// The first objective with this optimizer, the others with ones like it.
std::vector<Trained> with_optimizers(const std::vector<Objective>& objectives, const optim::Optimizer& like);

}  // namespace luge::train
