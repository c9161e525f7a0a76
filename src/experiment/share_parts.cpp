#include "experiment/share_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiment/several_parts.h"
#include "experiment/share_options.h"

namespace luge::experiment {
namespace {

bool is_curve(const Config& config) { return is_given(config, kShares); }

}  // namespace

std::vector<SharePoint> share_points(const Config& config) {
  if (!is_curve(config)) return {};
  const auto options = read<ShareOptions>(config);
  std::vector<SharePoint> points;
  for (const bool scratch : {false, true}) {
    if (scratch && !options.scratch) continue;
    for (const double share : options.shares) {
      for (std::int64_t seed = 1; seed <= options.seeds; ++seed)
        points.push_back(
            {share, seed, scratch, fmt::format("{}-{}-seed-{}", scratch ? "scratch" : "share", share, seed)});
    }
  }
  return points;
}

std::optional<SharePoint> share_point(const Config& config) {
  if (!is_given(config, kPoint)) return std::nullopt;
  const std::vector<SharePoint> points = share_points(config);
  const auto count = static_cast<std::int64_t>(points.size()), number = config.integer(kPoint, 1);
  if (number > count) config.refuse(kPoint, fmt::format("1 to {}, the number of all", count));
  return points[static_cast<std::size_t>(number - 1)];
}

void check_shares(const Config& config) {
  if (!config.knows(kShares)) return;
  const auto options = read<ShareOptions>(config);
  if (!is_curve(config)) return;
  std::vector<double> sorted = options.shares;
  std::ranges::sort(sorted);
  if (sorted.empty() || std::ranges::adjacent_find(sorted) != sorted.end())
    config.refuse(kShares, "shares from above 0 to 1 with commas between them, each once");
  for (const char* other : {kFolds, kMembers}) {
    if (is_given(config, other))
      throw SettingError(
          fmt::format("{}: with {} it would be both; choose one", config.said(kShares), config.said(other)));
  }
}

Parts share_parts(const Config& config, const DataSet& data, const Parts& whole) {
  const SharePoint point = *share_point(config);
  const auto count =
      std::max<std::int64_t>(1, std::llround(point.share * static_cast<double>(whole.fit.size())));
  Config own = config;  // other samples for each seed
  own.set("train.seed", std::to_string(own_seed(config)));
  Parts parts = whole;
  parts.fit = some_of(own, whole.fit, count);
  parts.held_out = data.test;
  return parts;
}

std::int64_t passes_of_epoch(const Config& config) {
  const auto point = share_point(config);
  if (!point || !read<ShareOptions>(config).equal_steps) return 1;
  return std::max<std::int64_t>(1, std::llround(1 / point->share));
}

bool takes_init(const Config& config) {
  const auto point = share_point(config);
  return config.has("model.init") && !(point && point->scratch);
}

}  // namespace luge::experiment
