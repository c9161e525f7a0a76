// What is to be learned: classes or numbers, as far as the user leaves it open.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "cli/data_sets.h"
#include "luge/models/gallery.h"

namespace luge::cli {

/// The targets that a loss is for.
TargetKind target_kind(const std::string& loss);
/// How the targets are to be read, as far as that is known before they have been seen.
TargetKind wanted_targets(const Arguments& arguments, const models::Entry& entry);
/// Sets loss and metrics, where they were not given, from model and data, and tells on stderr what was
/// guessed about a column of numbers and how to say otherwise.
void settle_task(Arguments& arguments, const models::Entry& entry, const Data& data);
/// The metrics that the entry is usually measured by, as train.metrics takes them.
std::string usual_metrics(const models::Entry& entry);
/// Of the targets of a table of numbers, for a network that was made to tell classes apart: its outputs and
/// its rate are meant for numbers around 1, not for prices. Otherwise the identity.
data::Affine target_scaling(const Arguments& arguments, const models::Entry& entry, const Data& data,
                            const data::Dataset& fit);

}  // namespace luge::cli
