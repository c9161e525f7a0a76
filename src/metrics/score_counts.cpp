#include "metrics/score_counts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace luge::metrics {
namespace {

// What was read is added to further on.
constexpr std::int64_t kMostRead = std::int64_t{1} << 62;

bool is_count(const nlohmann::json& value) {
  return value.is_number_integer() && value.get<std::int64_t>() >= 0 &&
         value.get<std::int64_t>() <= kMostRead;
}

}  // namespace

void ScoreCounts::add(double score, bool positive) {
  ++(positive ? positive_ : negative_);
  if (std::isnan(score)) {
    ++(positive ? nan_positive_ : nan_negative_);
    return;
  }
  constexpr double most = std::numeric_limits<double>::max();
  entries_.push_back({std::clamp(score, -most, most) + 0.0, positive, !positive});  // -0 is 0
  if (entries_.size() > 2 * ordered_ + 1024) entries();
}

void ScoreCounts::add(const ScoreCounts& other) {
  const std::vector<Entry> others = other.entries();
  entries_.insert(entries_.end(), others.begin(), others.end());
  positive_ += other.positive_, negative_ += other.negative_;
  nan_positive_ += other.nan_positive_, nan_negative_ += other.nan_negative_;
}

const std::vector<ScoreCounts::Entry>& ScoreCounts::entries() const {
  if (ordered_ == entries_.size()) return entries_;
  const auto lower = [](const Entry& a, const Entry& b) { return a.score < b.score; };
  const auto added = entries_.begin() + static_cast<std::ptrdiff_t>(ordered_);
  std::sort(added, entries_.end(), lower);
  std::inplace_merge(entries_.begin(), added, entries_.end(), lower);
  std::size_t kept = 0;
  for (const Entry& entry : entries_) {
    if (kept > 0 && entries_[kept - 1].score == entry.score) {
      entries_[kept - 1].positive += entry.positive, entries_[kept - 1].negative += entry.negative;
    } else {
      entries_[kept++] = entry;
    }
  }
  entries_.resize(kept);
  ordered_ = kept;
  return entries_;
}

double ScoreCounts::area_under_roc() const {
  if (!has_area_under_roc()) return 0;
  double area = 0, below = 0;  // negatives with lower scores
  for (const Entry& entry : entries()) {
    const auto negative = static_cast<double>(entry.negative);
    area += static_cast<double>(entry.positive) * (below + negative / 2);
    below += negative;
  }
  return area / static_cast<double>(positive_) / static_cast<double>(negative_);
}

double ScoreCounts::average_precision() const {
  if (positive_ == 0) return 0;
  double area = 0, found = 0, predicted = static_cast<double>(nan_negative_);
  const std::vector<Entry>& all = entries();
  for (auto entry = all.rbegin(); entry != all.rend(); ++entry) {
    const auto positive = static_cast<double>(entry->positive);
    found += positive;
    predicted += positive + static_cast<double>(entry->negative);
    area += positive * found / predicted;
  }
  return area / static_cast<double>(positive_);
}

nlohmann::json ScoreCounts::json() const {
  nlohmann::json rows = nlohmann::json::array();
  for (const Entry& entry : entries()) rows.push_back({entry.score, entry.positive, entry.negative});
  rows.push_back({nullptr, nan_positive_, nan_negative_});
  return rows;
}

bool ScoreCounts::read(const nlohmann::json& json) {
  if (!json.is_array() || json.empty()) return false;
  ScoreCounts read;
  for (std::size_t k = 0; k < json.size(); ++k) {
    const nlohmann::json& row = json[k];
    const bool last = k + 1 == json.size();
    if (!row.is_array() || row.size() != 3 || !is_count(row[1]) || !is_count(row[2])) return false;
    if (last ? !row[0].is_null() : !row[0].is_number()) return false;
    const auto positive = row[1].get<std::int64_t>(), negative = row[2].get<std::int64_t>();
    if (positive > kMostRead - read.positive_ || negative > kMostRead - read.negative_) return false;
    read.positive_ += positive, read.negative_ += negative;
    if (last) {
      read.nan_positive_ = positive, read.nan_negative_ = negative;
      continue;
    }
    const double score = row[0].get<double>();
    const bool follows = read.entries_.empty() || read.entries_.back().score < score;
    if (!std::isfinite(score) || !follows || positive + negative == 0) return false;
    read.entries_.push_back({score, positive, negative});
  }
  read.ordered_ = read.entries_.size();
  *this = std::move(read);
  return true;
}

}  // namespace luge::metrics
