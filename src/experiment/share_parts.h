// One training of a learning curve: which share, which seed, and what it begins with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"

namespace luge::experiment {

inline constexpr const char *kShares = "curve.shares", *kPoint = "curve.point";

/// A training of a learning curve.
struct SharePoint {
  double share = 1;
  std::int64_t seed = 1;  // counted from 1
  bool scratch = false;   // without model.init
  std::string name;       // of its folder
};
/// All of them, in the order in which they are trained; none for an ordinary training.
std::vector<SharePoint> share_points(const Config& config);
/// The one that curve.point names.
std::optional<SharePoint> share_point(const Config& config);

/// Throws SettingError for options of a learning curve that do not go with the others.
void check_shares(const Config& config);
/// The parts of the training that curve.point names: a share of what is trained on; what is held back is the
/// same for all; the test part is measured at the end.
Parts share_parts(const Config& config, const DataSet& data, const Parts& whole);
/// How often an epoch goes over the samples.
std::int64_t passes_of_epoch(const Config& config);
/// Whether the network begins with the weights that model.init names.
bool takes_init(const Config& config);

}  // namespace luge::experiment
