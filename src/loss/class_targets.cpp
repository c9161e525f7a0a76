#include "loss/class_targets.h"

#include "luge/ops/axes.h"

namespace luge::loss {

int class_axis(std::string_view loss, std::int64_t axis, int rank) {
  return static_cast<int>(Axes(std::vector<std::int64_t>{axis}).resolve(loss, rank)[0]);
}

Targets class_targets(std::string_view loss, std::int64_t given_axis, std::int64_t ignore_index,
                      const Shape& prediction, const Shape& target) {
  const int axis = class_axis(loss, given_axis, prediction.rank());
  // As squeeze_labels has it: [N,…,1] with predictions [N,…,C] are labels too.
  const bool column = target.rank() == prediction.rank() && prediction.rank() > 0 && target[axis] == 1 &&
                      prediction[axis] != 1;
  if (target.rank() >= prediction.rank() && !column) return {.kind = Targets::Kind::probabilities};
  return {.kind = Targets::Kind::labels, .classes = prediction[axis], .ignore_index = ignore_index};
}

}  // namespace luge::loss
