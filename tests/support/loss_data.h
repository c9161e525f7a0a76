// Predictions and targets that a registered loss takes.
#pragma once

#include <string>

#include "luge/loss/loss.h"

namespace luge::testing {

/// A prediction in float64 and a target of `samples` samples.
struct LossData {
  Tensor prediction, target;
};
/// Random numbers of the kinds that the loss says it takes, [samples,classes]; losses of pairs, triplets and
/// sequences get predictions of the shapes that their documentation asks for.
LossData loss_data(const std::string& name, const loss::Loss& loss, std::int64_t samples,
                   std::int64_t classes);

}  // namespace luge::testing
