// evaluation.json of a run: what its best network says about the samples that were held back.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "experiment/judged.h"
#include "luge/data/recipe.h"

namespace luge::experiment {

/// {"data", "split", "samples", "whole", "epoch", "step"} and
/// - of classes: "classes", "confusion", "per_class", "loss", "accuracy", "threshold" (of two classes with
/// one
///   output), "wrong": the samples with the largest losses among the wrong ones;
/// - of numbers: "mse", "mae", "r2", "baseline_mse", "points": [[true, predicted], ...] of up to 2,000
/// samples,
///   "wrong": those with the largest errors;
/// - of boxes: what add_boxes says (box_evaluation.h);
/// - of text that goes on: "prompt", "text".
/// A sample has its picture, its row of a table, or its text.
/// `raw` is the part that a text is begun with, before the recipe.
nlohmann::ordered_json evaluation_json(Judged& judged, const data::Recipe& recipe, const data::Dataset& raw);

}  // namespace luge::experiment
