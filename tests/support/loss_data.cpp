#include "support/loss_data.h"

#include <functional>
#include <map>

#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"

namespace luge::testing {
namespace {

using loss::Targets;

Tensor numbers(const Shape& shape, double low = -1, double high = 1) {
  return random::uniform(shape, low, high, f64);
}
Tensor signs(const Shape& shape) { return 2 * random::randint(0, 2, shape) - 1; }

Tensor prediction_of(OutputKind kind, const Shape& shape) {
  switch (kind) {
    case OutputKind::values:
    case OutputKind::logits:
    case OutputKind::binary_logits: return numbers(shape);
    case OutputKind::probabilities: return softmax(numbers(shape));
    case OutputKind::binary_probabilities: return sigmoid(numbers(shape));
  }
  return {};
}

Tensor target_of(Targets::Kind kind, const Shape& prediction, std::int64_t classes) {
  switch (kind) {
    case Targets::Kind::labels: return random::randint(0, classes, {prediction[0]});
    case Targets::Kind::values: return numbers(prediction, -5, 5);
    case Targets::Kind::probabilities: return cast(random::randint(0, 2, prediction), f64);
  }
  return {};
}

using Own = std::function<LossData(std::int64_t n, std::int64_t classes)>;
const std::map<std::string, Own>& own_forms() {
  static const Own of_signs = [](std::int64_t n, std::int64_t k) {
    return LossData{numbers({n, k}), signs({n, k})};
  };
  // Boxes near their true ones: both have extents, and most overlap.
  static const Own of_boxes = [](std::int64_t n, std::int64_t) {
    const Tensor corner = numbers({n, 2}, 0, 1), other = corner + numbers({n, 2}, -0.3, 0.3);
    return LossData{concat({corner, corner + numbers({n, 2}, 0.5, 1.5)}, 1),
                    concat({other, other + numbers({n, 2}, 0.5, 1.5)}, 1)};
  };
  static const std::map<std::string, Own> forms = {
      {"iou", of_boxes},
      {"giou", of_boxes},
      {"diou", of_boxes},
      {"ciou", of_boxes},
      {"hinge", of_signs},
      {"squared-hinge", of_signs},
      {"exponential", of_signs},
      {"contrastive",
       [](std::int64_t n, std::int64_t) {
         return LossData{numbers({n, 2, 3}), cast(random::randint(0, 2, {n}), f64)};
       }},
      {"triplet",
       [](std::int64_t n, std::int64_t) {
         return LossData{numbers({n, 3, 3}), numbers({n})};
       }},
      {"gaussian-nll",
       [](std::int64_t n, std::int64_t k) {
         return LossData{numbers({n, 2 * k}), numbers({n, k})};
       }},
      {"ctc",
       [](std::int64_t n, std::int64_t k) {
         return LossData{numbers({n, 5, k}), random::randint(1, k, {n, 2})};
       }},
  };
  return forms;
}

}  // namespace

LossData loss_data(const std::string& name, const loss::Loss& loss, std::int64_t samples,
                   std::int64_t classes) {
  const auto own = own_forms().find(name);
  if (own != own_forms().end()) return own->second(samples, classes);
  const Shape shape{samples, classes};
  return {prediction_of(loss.outputs(), shape), target_of(loss.about().targets, shape, classes)};
}

}  // namespace luge::testing
