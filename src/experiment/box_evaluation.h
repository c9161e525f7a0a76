// What a detector finds in the samples that were held back, for the page of its run.
#pragma once

#include <nlohmann/json.hpp>

#include "experiment/judged.h"

namespace luge::experiment {

/// Adds, for a network that finds boxes: "classes" with the background as the last one, "confusion" and
/// "per_class" of the detections from a score on, "threshold", and "curves" as of classes; and "picture",
/// truth and detections of a few samples. Returns false, and adds nothing, for other networks. `raw` are the
/// samples before the recipe; of more than 500 the first ones count.
bool add_boxes(const Judged& judged, const data::Dataset& raw, nlohmann::ordered_json& json);

}  // namespace luge::experiment
