#include "loss/class_weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/options.h"

namespace luge::loss {

Tensor weights_by_class(std::string_view loss, std::int64_t axis, const std::vector<double>& class_weights,
                        const std::optional<std::int64_t>& ignore_index, const Tensor& scores,
                        const Tensor& target) {
  const bool labels = target.rank() < scores.rank();
  Tensor counts;
  if (labels && ignore_index) counts = logical_not(is_label(target, *ignore_index));
  if (class_weights.empty()) return counts.defined() ? cast(counts, scores.dtype()) : Tensor();
  const std::int64_t classes = scores.extent(static_cast<int>(axis));
  if (classes != static_cast<std::int64_t>(class_weights.size())) {
    throw ValueError(fmt::format("{}: {} class weights for {} classes", loss, class_weights.size(), classes));
  }
  const Tensor by_class = cast(tensor(class_weights, Shape{classes}), scores.dtype());
  if (!labels) return matmul(transpose(target, static_cast<int>(axis), -1), by_class);
  const Tensor label = cast(target, i64);
  if (!counts.defined()) return take(by_class, label);
  return where(counts, take(by_class, where(counts, label, 0)), 0);
}

void check_class_weights(std::string_view loss, const std::vector<double>& class_weights) {
  if (class_weights.empty() ||
      std::any_of(class_weights.begin(), class_weights.end(), [](double each) { return each != 0; }))
    return;
  throw options::OptionError(
      loss, options::OptionError("class_weights", "class_weights are all 0; expected one above 0"));
}

}  // namespace luge::loss
