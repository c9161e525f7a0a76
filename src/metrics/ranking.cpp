// auc-roc and auc-pr: areas under the curves of scores.
#include "luge/metrics/ranking.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "luge/ops/nn.h"
#include "metrics/average.h"
#include "metrics/figure_names.h"
#include "metrics/labels_of_records.h"
#include "metrics/record_fields.h"
#include "metrics/score_counts.h"
#include "metrics/streaming_rule.h"

// The names of the classes are left out: they come from the data (HostRule::of_classes).
template <>
struct luge::options::Listing<luge::metrics::RankingOptions> {
  static void fields(auto& self, auto&& field) {
    field("average", self.average, "what the first figure is: the mean over classes, or class 1 alone");
    field("by_class", self.by_class, "a figure for each class too, of more than two");
    field("bins", self.bins, "scores are cut down to multiples of 1/bins, which needs less memory; 0: exact",
          at_least(0).at_most(1 << 24));
  }
};

namespace luge::metrics {
namespace {

constexpr const char* kScores = "probabilities";

// The scores of each class.
struct Seen {
  std::vector<ScoreCounts> classes;

  void add(const Seen& other) {
    classes.resize(std::max(classes.size(), other.classes.size()));
    for (std::size_t k = 0; k < other.classes.size(); ++k) classes[k].add(other.classes[k]);
  }
  std::string text() const {
    nlohmann::json all = nlohmann::json::array();
    for (const ScoreCounts& each : classes) all.push_back(each.json());
    return all.dump();
  }
  static Seen parse(const std::string& who, const std::string& text, const RankingOptions& options) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    const std::size_t known = options.classes.size();
    bool right = json.is_array() && (known == 0 || json.empty() || json.size() == known);
    Seen seen;
    for (std::size_t k = 0; right && k < json.size(); ++k) right = seen.classes.emplace_back().read(json[k]);
    if (right) return seen;
    throw FormatError(fmt::format(
        "{}: the saved scores are damaged; expected [[[score,true,false],…,[null,true,false]],…], scores "
        "ascending{}",
        who, known ? fmt::format(", for {} classes", known) : ""));
  }
};

/// An area under a curve.
struct Area {
  double (*of)(const ScoreCounts& scores);
  bool (*is_defined)(const ScoreCounts& scores);
};
Area area_of(const std::string& name) {
  if (name == "auc-roc")
    return {[](const ScoreCounts& s) { return s.area_under_roc(); },
            [](const ScoreCounts& s) { return s.has_area_under_roc(); }};
  return {[](const ScoreCounts& s) { return s.average_precision(); },
          [](const ScoreCounts& s) { return s.positive() > 0; }};
}

class Ranking final : public StreamingRule<Ranking, RankingOptions, Seen> {
 public:
  Ranking(const std::string& name, const RankingOptions& options)
      : StreamingRule(name, options), area_(area_of(name)) {
    const bool each = options.classes.size() > 2 && (options.by_class || options.average == Average::none);
    if (each) by_class_ = figure_names(name, options.classes);
  }
  Measures measures() const override { return Measures::classes; }
  std::vector<std::string> reads() const override { return {kScores}; }

  void update(const data::Record& prediction, const data::Record& truth) override {
    const data::HostArray& field =
        field_of(name_, "prediction", prediction, kScores, "a score for each class");
    std::vector<double> scores = numbers_in(field);
    const std::size_t known = options_.classes.empty() ? seen_.classes.size() : options_.classes.size();
    if (scores.empty() || (known > 0 && scores.size() != known)) {
      throw ShapeError(fmt::format("{}: '{}' is {}; expected {}", name_, kScores, field.field.to_string(),
                                   known ? fmt::format("a score for each of {} classes", known)
                                         : std::string("a score for each class")));
    }
    const bool several = prediction.contains("labels");
    const std::set<std::int64_t> labels =
        true_labels(name_, truth, static_cast<std::int64_t>(scores.size()), several);
    const bool nan = std::any_of(scores.begin(), scores.end(), [](double x) { return std::isnan(x); });
    seen_.classes.resize(scores.size());
    // One label of two classes: the score of the second says all.
    const std::size_t first = !several && scores.size() == 2 ? 1 : 0;
    for (std::size_t k = first; k < scores.size(); ++k) {
      const double score = nan ? std::nan("") : cut(scores[k]);
      seen_.classes[k].add(score, labels.contains(static_cast<std::int64_t>(k)));
    }
  }

  std::vector<Figure> figures() const override {
    std::vector<Figure> all;
    if (options_.average != Average::none) all.push_back({name_, mean()});
    for (std::size_t k = 0; k < by_class_.size(); ++k) all.push_back({by_class_[k], of_class(k)});
    return all;
  }

 private:
  double cut(double score) const {
    if (options_.bins == 0) return score;
    const auto bins = static_cast<double>(options_.bins);
    return std::floor(std::clamp(score, 0.0, 1.0) * bins) / bins;
  }
  double of_class(std::size_t k) const {
    const bool defined = k < seen_.classes.size() && area_.is_defined(seen_.classes[k]);
    return defined ? area_.of(seen_.classes[k]) : 0;
  }
  double mean() const {
    if (options_.average == Average::binary) return of_class(1);
    if (options_.average == Average::micro) {
      ScoreCounts together;
      for (const ScoreCounts& each : seen_.classes) together.add(each);
      return area_.is_defined(together) ? area_.of(together) : 0;
    }
    double sum = 0, weights = 0;
    for (const ScoreCounts& each : seen_.classes) {
      if (!area_.is_defined(each)) continue;
      const double weight =
          options_.average == Average::weighted ? static_cast<double>(each.positive()) : 1.0;
      sum += weight * area_.of(each);
      weights += weight;
    }
    return weights > 0 ? sum / weights : 0;
  }

  Area area_;
  std::vector<std::string> by_class_;
};

const bool added_ranking =
    add_host("auc-roc", "the area under the ROC curve: a class has higher scores than the rest",
             [](const RankingOptions& options) { return HostMetric(AreaUnderROC(options)); });
const bool added_precision =
    add_host("auc-pr", "the average precision, the area under the precision-recall curve",
             [](const RankingOptions& options) { return HostMetric(AveragePrecision(options)); });

}  // namespace

AreaUnderROC::AreaUnderROC(const RankingOptions& options)
    : HostMetric(std::make_shared<Ranking>("auc-roc", options)) {}
AveragePrecision::AveragePrecision(const RankingOptions& options)
    : HostMetric(std::make_shared<Ranking>("auc-pr", options)) {}

PrecisionRecallCurve precision_recall_curve(const std::vector<double>& scores,
                                            const std::vector<bool>& truth) {
  if (scores.size() != truth.size()) {
    throw ShapeError(
        fmt::format("precision_recall_curve: {} scores and {} truths; expected a truth for each score",
                    scores.size(), truth.size()));
  }
  ScoreCounts counts;
  for (std::size_t k = 0; k < scores.size(); ++k) counts.add(scores[k], truth[k]);
  PrecisionRecallCurve curve;
  double found = 0, predicted = 0;
  const auto all = static_cast<double>(std::max<std::int64_t>(1, counts.positive()));
  curve.precision.push_back(1);
  curve.recall.push_back(0);
  const std::vector<ScoreCounts::Entry>& entries = counts.entries();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    found += static_cast<double>(entry->positive);
    predicted += static_cast<double>(entry->positive + entry->negative);
    curve.threshold.push_back(entry->score);
    curve.precision.push_back(found / predicted);
    curve.recall.push_back(found / all);
  }
  for (std::vector<double>* column : {&curve.threshold, &curve.precision, &curve.recall})
    std::reverse(column->begin(), column->end());
  return curve;
}

}  // namespace luge::metrics
