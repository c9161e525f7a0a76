// What would work instead, for errors about a model, a task and data that do not go together.
#pragma once

#include <string>
#include <string_view>

#include "experiment/data_sets.h"
#include "luge/data/dataset.h"
#include "luge/experiment/config.h"
#include "luge/models/gallery.h"
#include "luge/train/task.h"

namespace luge::experiment {

/// What data of these fields can be learned, and with which command: "`luge train model=unet data=cells`
/// learns task=segmentation from it". `usual` is the task that is preferred; where no task learns from them
/// it says where to look.
std::string what_learns(const Config& config, const data::Info& info, std::string_view usual);

/// Whether the network takes such samples, also with other outputs.
bool takes_samples(const models::Entry& entry, const data::Info& info, std::int64_t outputs);

/// Throws ShapeError in the words of model, task and data: what the problem is, and a command that would
/// work, with keys that change the pictures or with another model, where one is found. `outputs` is the
/// number of outputs that the task needs.
[[noreturn]] void refuse_unfit(const Config& config, const models::Entry& entry, const std::string& task,
                               const data::Info& info, std::int64_t outputs, const std::string& problem);

/// Throws as refuse_unfit does when a network that looks up ids, made for another task, would get fractions.
void check_ids(const Config& config, const models::Entry& entry, const std::string& task,
               const data::Info& info, std::int64_t outputs);

/// Throws as refuse_unfit does when samples have one label each and the network gives something else than a
/// row of numbers for each.
void check_outputs(const Config& config, const models::Entry& entry, const std::string& task,
                   const data::Info& info, std::int64_t outputs);

}  // namespace luge::experiment
