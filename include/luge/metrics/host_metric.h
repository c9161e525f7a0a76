// Host metrics: figures that are computed from interpreted predictions in host memory, such as an F1 score by
// class, mean average precision or an error rate of words.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/record.h"
#include "luge/metrics/metric.h"

namespace luge::metrics {

/// A figure with its name.
struct Figure {
  std::string name;                ///< the name, such as "f1"
  double value = 0;                ///< the value
  Better better = Better::higher;  ///< which values are better
};

/// The mathematics of a host metric. Derive from it to write one of your own.
class HostRule {
 public:
  virtual ~HostRule() = default;
  /// Returns the name, such as "f1".
  virtual std::string name() const = 0;
  /// Returns a new rule with the same options that has seen nothing.
  virtual std::unique_ptr<HostRule> fresh() const = 0;
  /// Adds one sample: what was predicted, as the task interprets it, and its record with the truth. Throws
  /// ValueError when a field that it needs is missing.
  virtual void update(const data::Record& prediction, const data::Record& truth) = 0;
  /// Adds what another rule of the same class and options has seen.
  virtual void merge(const HostRule& other) = 0;
  /// Returns the figures so far. Their names and their order are always the same.
  virtual std::vector<Figure> figures() const = 0;
  /// Returns what was seen so far as text, from which restore goes on exactly.
  virtual std::string state() const = 0;
  /// Takes what state() returned. Throws FormatError when it is damaged.
  virtual void restore(const std::string& state) = 0;
};

/// A metric in host memory. It is a handle: copies share what was seen, and fresh() makes a new one.
class HostMetric {
 public:
  /// Makes a metric of a rule.
  explicit HostMetric(std::shared_ptr<HostRule> rule) : rule_(std::move(rule)) {}

  /// Returns the name.
  std::string name() const { return rule_->name(); }
  /// Adds one sample. Throws as HostRule::update.
  void update(const data::Record& prediction, const data::Record& truth) const {
    rule_->update(prediction, truth);
  }
  /// Adds what another metric of the same kind has seen.
  void merge(const HostMetric& other) const { rule_->merge(*other.rule_); }
  /// Returns the figures so far.
  std::vector<Figure> figures() const { return rule_->figures(); }
  /// Returns the same metric, which has seen nothing.
  HostMetric fresh() const { return HostMetric(std::shared_ptr<HostRule>(rule_->fresh())); }
  /// Returns what was seen so far as text.
  std::string state() const { return rule_->state(); }
  /// Takes what state() returned.
  void restore(const std::string& state) const { rule_->restore(state); }

 private:
  std::shared_ptr<HostRule> rule_;
};

}  // namespace luge::metrics
