// What a detector finds in the samples that were held back: for the page of its run, and as a picture.
#pragma once

#include <nlohmann/json.hpp>

#include "experiment/judged.h"
#include "luge/draw/figure.h"

namespace luge::experiment {

/// Adds, for a network that finds boxes: "classes" with the background as the last one, "confusion" and
/// "per_class" of the detections from a score on, "threshold", and "curves" as of classes; and "picture",
/// truth and detections of a few samples. Returns false, and adds nothing, for other networks. `raw` are the
/// samples before the recipe; of more than 500 the first ones count.
bool add_boxes(const Judged& judged, const data::Dataset& raw, nlohmann::ordered_json& json);

/// Whether samples before the recipe have boxes of the classes that the network names.
bool finds_boxes_of(const nn::Metadata& metadata, const data::Dataset& raw);
/// The confusion of the classes with each other and with the background, over all of these samples.
draw::Figure box_confusion_figure(const nn::Loaded& net, const data::Dataset& raw, const std::string& title);

}  // namespace luge::experiment
