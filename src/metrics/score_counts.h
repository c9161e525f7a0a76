// How often each score was given to what is true and to what is not: what areas under curves are made of.
#pragma once

#include <cstdint>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace luge::metrics {

class ScoreCounts {
 public:
  /// The samples of one score.
  struct Entry {
    double score = 0;
    std::int64_t positive = 0, negative = 0;  // those that are true, and those that are not
    bool operator==(const Entry&) const = default;
  };

  /// Adds a sample. A score that is NaN is the worst that there is.
  void add(double score, bool positive);
  void add(const ScoreCounts& other);

  /// The scores in ascending order, each once, without those that are NaN.
  const std::vector<Entry>& entries() const;
  std::int64_t positive() const { return positive_; }
  std::int64_t negative() const { return negative_; }
  /// Those of scores that are NaN.
  std::int64_t nan_positive() const { return nan_positive_; }
  std::int64_t nan_negative() const { return nan_negative_; }

  double area_under_roc() const;
  bool has_area_under_roc() const { return positive_ > 0 && negative_ > 0; }
  double average_precision() const;

  /// [[score, positive, negative], …, [null, nan_positive, nan_negative]].
  nlohmann::json json() const;
  /// Reads json(). Returns false when it is damaged.
  bool read(const nlohmann::json& json);

 private:
  mutable std::vector<Entry> entries_;  // the first `ordered_` are ascending, the rest was added later
  mutable std::size_t ordered_ = 0;
  std::int64_t positive_ = 0, negative_ = 0, nan_positive_ = 0, nan_negative_ = 0;
};

}  // namespace luge::metrics
