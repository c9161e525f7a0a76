// f1, f-beta, precision, recall, mean-iou and dice: scores of classes from counts of labels.
#include "luge/metrics/class_scores.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "luge/error.h"
#include "metrics/average.h"
#include "metrics/class_counts.h"
#include "metrics/figure_names.h"
#include "metrics/labels_of_records.h"
#include "metrics/record_fields.h"
#include "metrics/streaming_rule.h"

// The names of the classes are left out: they come from the data (HostRule::of_classes).
template <>
struct luge::options::Listing<luge::metrics::ClassScoreOptions> {
  static void fields(auto& self, auto&& field) {
    field("average", self.average, "what the first figure is: the mean over classes, or class 1 alone");
    field("by_class", self.by_class, "a figure for each class too");
    field("ignore_index", self.ignore_index, "true label whose samples do not count");
    field("threshold", self.threshold,
          "of two classes: probability above which the second is predicted; default: the larger one",
          within(0, 1));
  }
};
template <>
struct luge::options::Listing<luge::metrics::FBetaOptions> {
  static void fields(auto& self, auto&& field) {
    field("beta", self.beta, "how many times as important the recall is as the precision", above(0));
    Listing<luge::metrics::ClassScoreOptions>::fields(self, field);
  }
};

namespace luge::metrics {
namespace {

/// The score of one class that occurs.
using Score = std::function<double(const ClassCount& count)>;

double share(double part, double whole) { return whole == 0 ? 0 : part / whole; }
double number(std::int64_t count) { return static_cast<double>(count); }

Score f_beta(double beta) {
  return [square = beta * beta](const ClassCount& count) {
    return (1 + square) * number(count.both) / (number(count.predicted) + square * number(count.actual));
  };
}
double precision_of(const ClassCount& count) { return share(number(count.both), number(count.predicted)); }
double recall_of(const ClassCount& count) { return share(number(count.both), number(count.actual)); }
double overlap_of(const ClassCount& count) {
  return number(count.both) / number(count.predicted - count.both + count.actual);
}

const std::map<std::string, Score>& scores() {
  static const auto& all = *new std::map<std::string, Score>{{"f1", f_beta(1)},
                                                             {"dice", f_beta(1)},
                                                             {"precision", precision_of},
                                                             {"recall", recall_of},
                                                             {"mean-iou", overlap_of}};
  return all;
}
Score score_of(const std::string& name, const ClassScoreOptions&) { return scores().at(name); }
Score score_of(const std::string&, const FBetaOptions& options) { return f_beta(options.beta); }

// What was seen: counts by class.
struct Seen : ClassCounts {
  Seen() = default;
  explicit Seen(ClassCounts counts) : ClassCounts(std::move(counts)) {}
  static Seen parse(const std::string& who, const std::string& text, const ClassScoreOptions& options) {
    return Seen(ClassCounts::parse(who, text, static_cast<std::int64_t>(options.classes.size())));
  }
};

/// Scores of classes from counts.
template <class Options>
class ClassScores final : public StreamingRule<ClassScores<Options>, Options, Seen> {
  using Base = StreamingRule<ClassScores<Options>, Options, Seen>;

 public:
  ClassScores(const std::string& name, const Options& options)
      : Base(name, options), score_(score_of(name, options)) {
    if (options.by_class || options.average == Average::none) by_class_ = figure_names(name, options.classes);
  }
  Measures measures() const override { return Measures::classes; }
  std::vector<std::string> reads() const override {
    if (this->options_.threshold) return {"probabilities"};
    return {"label", "labels", "mask"};
  }

  void update(const data::Record& prediction, const data::Record& truth) override {
    const auto classes = static_cast<std::int64_t>(this->options_.classes.size());
    const LabelPairs pairs =
        label_pairs(this->name_, this->options_.threshold ? judged(prediction) : prediction, truth, classes,
                    this->options_.ignore_index);
    for (const auto& [predicted, actual] : pairs) {
      if (predicted == actual && predicted) {
        this->seen_.add_both(*predicted);
        continue;
      }
      if (predicted) this->seen_.add_predicted(*predicted);
      if (actual) this->seen_.add_actual(*actual);
    }
  }

  std::vector<Figure> figures() const override {
    std::vector<Figure> all;
    const Average average = this->options_.average;
    if (average != Average::none) all.push_back({this->name_, mean(average)});
    if (average == Average::macro) all.push_back({this->name_ + "_weighted", mean(Average::weighted)});
    for (std::size_t k = 0; k < by_class_.size(); ++k)
      all.push_back({by_class_[k], of(this->seen_.of(static_cast<std::int64_t>(k)))});
    return all;
  }

 private:
  double of(const ClassCount& count) const { return count == ClassCount() ? 0 : score_(count); }

  double mean(Average average) const {
    if (average == Average::binary) return of(this->seen_.of(1));
    double sum = 0, weights = 0;
    ClassCount together;
    for (const auto& [label, count] : this->seen_) {
      const double weight = average == Average::weighted ? number(count.actual) : 1;
      sum += weight * score_(count);
      weights += weight;
      together = {together.both + count.both, together.predicted + count.predicted,
                  together.actual + count.actual};
    }
    return average == Average::micro ? of(together) : share(sum, weights);
  }

  // The label that the threshold gives. A NaN gives none.
  data::Record judged(const data::Record& prediction) const {
    const data::HostArray& field =
        field_of(this->name_, "prediction", prediction, "probabilities", "the probabilities of two classes");
    const std::vector<double> p = numbers_in(field);
    if (p.size() != 2) {
      throw ShapeError(
          fmt::format("{}: 'probabilities' is {}; with a threshold expected those of two classes",
                      this->name_, field.field.to_string()));
    }
    data::HostArray label(data::Field{i64, {}});
    label.as<std::int64_t>()[0] = std::isnan(p[1]) ? -1 : p[1] > *this->options_.threshold;
    return {{"label", std::move(label)}};
  }

  Score score_;
  std::vector<std::string> by_class_;
};

template <class Options>
std::shared_ptr<HostRule> rule(const char* name, const Options& options) {
  return std::make_shared<ClassScores<Options>>(name, options);
}

template <class Metric, class Options = ClassScoreOptions>
HostMetric make(const Options& options) {
  return Metric(options);
}
const bool added_class_scores =
    add_host("f1", "the F1 score: mean over classes, weighted mean, and each class", make<F1>);
const bool added_f_beta =
    add_host("f-beta", "the F score where the recall is beta times as important; figures as f1",
             make<FBeta, FBetaOptions>);
const bool added_precision = add_host(
    "precision", "the share of a class among what was predicted as it; figures as f1", make<Precision>);
const bool added_recall =
    add_host("recall", "the share of a class that was predicted as it; figures as f1", make<Recall>);
const bool added_overlap = add_host(
    "mean-iou", "the intersection over union of classes or class maps; figures as f1", make<MeanIoU>);
const bool added_dice =
    add_host("dice", "the Dice coefficient of classes or class maps; figures as f1", make<Dice>);

}  // namespace

F1::F1(const ClassScoreOptions& options) : HostMetric(rule("f1", options)) {}
FBeta::FBeta(const FBetaOptions& options) : HostMetric(rule("f-beta", options)) {}
Precision::Precision(const ClassScoreOptions& options) : HostMetric(rule("precision", options)) {}
Recall::Recall(const ClassScoreOptions& options) : HostMetric(rule("recall", options)) {}
MeanIoU::MeanIoU(const ClassScoreOptions& options) : HostMetric(rule("mean-iou", options)) {}
Dice::Dice(const ClassScoreOptions& options) : HostMetric(rule("dice", options)) {}

}  // namespace luge::metrics
