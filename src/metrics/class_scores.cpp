#include "luge/metrics/class_scores.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "metrics/class_counts.h"
#include "metrics/figure_names.h"
#include "metrics/labels_of_records.h"

// The names of the classes are left out: they come from the data (HostRule::of_classes).
template <>
struct luge::options::Listing<luge::metrics::ClassScoreOptions> {
  static void fields(auto& self, auto&& field) {
    field("by_class", self.by_class, "a figure for each class too");
    field("ignore_index", self.ignore_index, "true label whose samples do not count");
  }
};

namespace luge::metrics {
namespace {

/// The score of one class that occurs.
using Score = double (*)(const ClassCount& count);

double share(double part, double whole) { return whole == 0 ? 0 : part / whole; }
double f1_of(const ClassCount& count) {
  return 2 * static_cast<double>(count.both) /
         (static_cast<double>(count.predicted) + static_cast<double>(count.actual));
}
double precision_of(const ClassCount& count) {
  return share(static_cast<double>(count.both), static_cast<double>(count.predicted));
}
double recall_of(const ClassCount& count) {
  return share(static_cast<double>(count.both), static_cast<double>(count.actual));
}

/// Scores of classes from counts.
class ClassScores final : public HostRule {
 public:
  ClassScores(std::string name, Score score, const ClassScoreOptions& options)
      : name_(std::move(name)),
        score_(score),
        options_(options),
        by_class_(options.by_class ? figure_names(name_, options.classes) : std::vector<std::string>()) {}

  std::string name() const override { return name_; }
  Measures measures() const override { return Measures::classes; }
  std::unique_ptr<HostRule> fresh() const override {
    return std::make_unique<ClassScores>(name_, score_, options_);
  }

  std::unique_ptr<HostRule> of_classes(const std::vector<std::string>& classes) const override {
    ClassScoreOptions options = options_;
    if (options.classes.empty()) options.classes = classes;
    return std::make_unique<ClassScores>(name_, score_, options);
  }

  void update(const data::Record& prediction, const data::Record& truth) override {
    const LabelPairs pairs = label_pairs(name_, prediction, truth, classes(), options_.ignore_index);
    for (const auto& [predicted, actual] : pairs) {
      if (predicted == actual && predicted) {
        counts_.add_both(*predicted);
        continue;
      }
      if (predicted) counts_.add_predicted(*predicted);
      if (actual) counts_.add_actual(*actual);
    }
  }

  void merge(const HostRule& other) override {
    const auto* same = dynamic_cast<const ClassScores*>(&other);
    if (!same || same->name_ != name_ || same->options_.classes != options_.classes ||
        same->options_.ignore_index != options_.ignore_index) {
      throw ValueError(
          fmt::format("{}: cannot take what '{}' has seen; merge takes the same metric with the same options",
                      name_, other.name()));
    }
    counts_.add(same->counts_);
  }

  std::vector<Figure> figures() const override {
    double sum = 0, weighted = 0, occurring = 0, actual = 0;
    for (const auto& [label, count] : counts_) {
      const double score = score_(count), weight = static_cast<double>(count.actual);
      sum += score;
      occurring += 1;
      weighted += weight * score;
      actual += weight;
    }
    std::vector<Figure> all = {{name_, share(sum, occurring)},
                               {name_ + "_weighted", share(weighted, actual)}};
    for (std::size_t k = 0; k < by_class_.size(); ++k) {
      const ClassCount count = counts_.of(static_cast<std::int64_t>(k));
      all.push_back({by_class_[k], count == ClassCount() ? 0 : score_(count)});
    }
    return all;
  }

  std::string state() const override { return counts_.text(); }
  void restore(const std::string& state) override { counts_ = ClassCounts::parse(name_, state, classes()); }

 private:
  std::int64_t classes() const { return static_cast<std::int64_t>(options_.classes.size()); }

  std::string name_;
  Score score_;
  ClassScoreOptions options_;
  std::vector<std::string> by_class_;
  ClassCounts counts_;
};

std::shared_ptr<HostRule> rule(const char* name, Score score, const ClassScoreOptions& options) {
  return std::make_shared<ClassScores>(name, score, options);
}

template <class Score>
HostMetric make(const ClassScoreOptions& options) {
  return Score(options);
}
const bool added = add_host("f1", "the F1 score: mean over classes, weighted mean, and each class", make<F1>);
const bool added_precision = add_host(
    "precision", "the share of a class among what was predicted as it; figures as f1", make<Precision>);
const bool added_recall =
    add_host("recall", "the share of a class that was predicted as it; figures as f1", make<Recall>);

}  // namespace

F1::F1(const ClassScoreOptions& options) : HostMetric(rule("f1", f1_of, options)) {}
Precision::Precision(const ClassScoreOptions& options)
    : HostMetric(rule("precision", precision_of, options)) {}
Recall::Recall(const ClassScoreOptions& options) : HostMetric(rule("recall", recall_of, options)) {}

}  // namespace luge::metrics
