// The step of recipes for points of which every picture has the same number.
#pragma once

#include "luge/data/recipe.h"

namespace luge::data::steps {

/// Gives the field "points" f32[?,3] (luge/data/picture_fields.h) a fixed number of points: that of the
/// training data. Throws ShapeError naming the sample for a record with another number, and ValueError when
/// no record of the training data has points.
StepRef fixed_points();

}  // namespace luge::data::steps
