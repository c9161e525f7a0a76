// Host metrics: figures that are computed from interpreted predictions in host memory, such as an F1 score by
// class, mean average precision or an error rate of words.
#pragma once

#include <functional>
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
  /// Returns a new rule that has seen nothing, for data with classes of these names. Options that state the
  /// classes already hold.
  virtual std::unique_ptr<HostRule> of_classes(const std::vector<std::string>& classes) const;
  /// Returns what it can be measured on (check_measures).
  virtual Measures measures() const { return Measures::anything; }
  /// Returns the fields of predictions of which it needs one, such as {"label", "labels"}. A task refuses a
  /// metric of whose fields it gives none. Empty: it does not say. The default says "label" or "labels" for
  /// Measures::classes.
  virtual std::vector<std::string> reads() const;
  /// Adds one sample: what was predicted, as the task interprets it, and its record with the truth. Throws
  /// ValueError when a field that it needs is missing. When it throws, nothing is added.
  virtual void update(const data::Record& prediction, const data::Record& truth) = 0;
  /// Adds what another rule of the same class and options has seen. The order does not matter. Throws
  /// ValueError for a rule of another class or with other options.
  virtual void merge(const HostRule& other) = 0;
  /// Returns the figures so far. Their names and their order are always the same.
  virtual std::vector<Figure> figures() const = 0;
  /// Returns what was seen so far as text, from which restore goes on exactly.
  virtual std::string state() const = 0;
  /// Takes what state() returned. Throws FormatError when it is damaged; then nothing changes.
  virtual void restore(const std::string& state) = 0;
};

/// A metric in host memory. It is a handle: copies share what was seen, and fresh() makes a new one.
class HostMetric {
 public:
  /// Makes a metric of a rule.
  explicit HostMetric(std::shared_ptr<HostRule> rule) : rule_(std::move(rule)) {}

  /// Returns the name.
  std::string name() const { return rule_->name(); }
  /// Returns what it can be measured on.
  Measures measures() const { return rule_->measures(); }
  /// Returns the fields of predictions of which it needs one; empty: it does not say.
  std::vector<std::string> reads() const { return rule_->reads(); }
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
  /// Returns the same metric for data with classes of these names, which has seen nothing. A trainer calls it
  /// when it knows the data.
  HostMetric of_classes(const std::vector<std::string>& classes) const {
    return HostMetric(std::shared_ptr<HostRule>(rule_->of_classes(classes)));
  }
  /// Returns what was seen so far as text.
  std::string state() const { return rule_->state(); }
  /// Takes what state() returned.
  void restore(const std::string& state) const { rule_->restore(state); }

 private:
  std::shared_ptr<HostRule> rule_;
};

/// Registers a host metric under a name that host_named and the shell take, with one line that says what it
/// is. `make` is a function that makes it, from a struct of its options if it has any (luge/options.h); the
/// names of the classes come later (HostMetric::of_classes). Returns false when the name is taken, also by
/// another metric.
bool add_host(const std::string& name, const std::string& description, options::Maker<HostMetric> make);
/// Returns a host metric by its name, such as "f1", for data with classes of these names. The text may hold
/// options: "f1(by_class=false)". Throws ValueError for another name, and lists those that exist; throws
/// options::OptionError for an option that does not exist or is out of range.
HostMetric host_named(const std::string& name, const std::vector<std::string>& classes = {},
                      const options::Values& values = {});
/// Returns the line about the host metric of this name. Throws ValueError as host_named does.
std::string host_description(const std::string& name);
/// Returns the names that host_named takes.
std::vector<std::string> host_names();

/// Metrics that were chosen by name.
struct Chosen {
  std::vector<Metric> metrics;           ///< those that `named` makes
  std::vector<HostMetric> host_metrics;  ///< those that host_named makes
};
/// Returns the metrics of these names, in order; a name may have options: "accuracy(threshold=0.3)". Throws
/// ValueError for a name that does not exist, and lists those that do, and for a metric that is named twice;
/// throws options::OptionError for an option that does not exist or is out of range.
Chosen chosen(const std::vector<std::string>& names);

}  // namespace luge::metrics
