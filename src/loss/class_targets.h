// The targets of losses with one output for each class.
#pragma once

#include <string_view>

#include "luge/loss/loss.h"

namespace luge::loss {

/// Labels [N,…] or [N,…,1] of predictions [N,…,C], or probabilities in their shape. Throws ShapeError for an
/// axis that does not exist.
Targets class_targets(std::string_view loss, std::int64_t axis, std::int64_t ignore_index,
                      const Shape& prediction, const Shape& target);
/// The position of the class axis. Throws ShapeError naming the loss when it does not exist.
int class_axis(std::string_view loss, std::int64_t axis, int rank);

}  // namespace luge::loss
