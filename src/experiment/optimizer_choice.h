// From the keys to an optimizer and its schedule.
#pragma once

#include <cstdint>
#include <string>

#include "luge/data/batches.h"
#include "luge/experiment/config.h"
#include "luge/optim/optimizer.h"

namespace luge::experiment {

/// The optimizer that the keys name, for a schedule of this number of updates, and this number of training
/// samples.
optim::Optimizer make_optimizer(const Config& config, std::int64_t total_steps, std::int64_t samples);
/// The learning rate that an optimizer has unless one is given.
double usual_rate(const std::string& optimizer);
/// Whether the learning rate changes.
bool has_schedule(const Config& config);
/// Updates of the weights that the schedule is stretched over: schedule.steps, or the whole training's.
std::int64_t schedule_updates(const Config& config, const data::Batches& batches);
/// Puts the whole training's updates where schedule.steps leaves them open, so that a training that is
/// resumed for more epochs keeps its schedule. A constant rate needs none.
void settle_schedule(Config& config, const data::Batches& batches);

}  // namespace luge::experiment
