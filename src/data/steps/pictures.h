// pictures: what the step of a recipe says about itself.
#pragma once

#include <string>
#include <vector>

#include "luge/data/recipe.h"

namespace luge::data::steps {

/// What the steps of a recipe that `pictures` made do, in their order, such as "letterbox(size=[64,64])";
/// nothing without such a step.
std::vector<std::string> picture_sizes(const Recipe& recipe);

}  // namespace luge::data::steps
