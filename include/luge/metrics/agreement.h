// Figures of how far predicted and true labels agree beyond chance, measured on the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "luge/metrics/host_metric.h"

namespace luge::metrics {

/// How much a wrong label weighs.
enum class Disagreement : std::uint8_t {
  alike,     ///< every wrong label weighs the same
  linear,    ///< by the distance of the labels, which are an order
  quadratic  ///< by the square of the distance
};

/// Options of CohenKappa.
struct CohenKappaOptions {
  std::vector<std::string> classes = {};          ///< the names of the classes by label; empty: not known
  Disagreement weights = Disagreement::alike;     ///< how much a wrong label weighs
  std::optional<std::int64_t> ignore_index = {};  ///< positions whose true label is this do not count
  bool operator==(const CohenKappaOptions&) const = default;  ///< true when all options are equal
};
/// Cohen's kappa 1 - observed / expected disagreement of "label" and "target", which F1 reads likewise; one
/// label for each position. It is 0 when there are no samples, and where no disagreement is expected because
/// all labels are one class: then it is not defined. Distances are those of the labels themselves. The
/// predicted label -1, none, is a class of its own, as far from each class as the labels are apart. Counts
/// are int64, so that parts in any order give the whole exactly. Source: scikit-learn cohen_kappa_score with
/// labels = 0 … classes-1.
class CohenKappa : public HostMetric {
 public:
  /// Makes the metric.
  explicit CohenKappa(const CohenKappaOptions& options = {});
};

/// Options of Matthews.
struct MatthewsOptions {
  std::vector<std::string> classes = {};          ///< the names of the classes by label; empty: not known
  std::optional<std::int64_t> ignore_index = {};  ///< positions whose true label is this do not count
  bool operator==(const MatthewsOptions&) const = default;  ///< true when all options are equal
};
/// The Matthews correlation of "label" and "target", for two or more classes (Gorodkin 2004): 1 for all
/// right, 0 for chance. It is 0 when there are no samples, and when all predictions or all truths are one
/// class. The predicted label -1, none, is a class of its own. Source: scikit-learn matthews_corrcoef.
class Matthews : public HostMetric {
 public:
  /// Makes the metric.
  explicit Matthews(const MatthewsOptions& options = {});
};

}  // namespace luge::metrics
