// map: the mean average precision of detections.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "luge/data/picture_fields.h"
#include "metrics/box_records.h"
#include "metrics/figure_names.h"
#include "metrics/streaming_rule.h"

template <>
struct luge::options::Names<luge::metrics::RecallPoints> {
  static constexpr std::pair<luge::metrics::RecallPoints, const char*> all[] = {
      {luge::metrics::RecallPoints::all, "all"},
      {luge::metrics::RecallPoints::voc_11, "voc-11"},
      {luge::metrics::RecallPoints::coco_101, "coco-101"}};
};
template <>
struct luge::options::Names<luge::metrics::Match> {
  static constexpr std::pair<luge::metrics::Match, const char*> all[] = {
      {luge::metrics::Match::free, "free"}, {luge::metrics::Match::best, "best"}};
};
template <>
struct luge::options::Names<luge::metrics::Ties> {
  static constexpr std::pair<luge::metrics::Ties, const char*> all[] = {
      {luge::metrics::Ties::together, "together"}, {luge::metrics::Ties::in_order, "in-order"}};
};
template <>
struct luge::options::Listing<luge::metrics::MeanAveragePrecisionOptions> {
  static void fields(auto& self, auto&& field) {
    field("thresholds", self.thresholds, "overlaps from which a detection is right", above(0).at_most(1),
          elsewhere({"iou", "iou_thresholds"}));
    field("points", self.points, "recalls at which the precision is averaged");
    field("match", self.match, "true box that a detection takes: the nearest that is free, or the nearest");
    field("ties", self.ties,
          "how detections of equal scores count: at once, or in the order of the pictures");
    field("max_detections", self.max_detections,
          "surest detections of a class in a picture that count; 0: all", at_least(0));
    field("by_class", self.by_class, "a figure for each class too");
  }
};

namespace luge::metrics {
namespace {

constexpr std::int64_t kMostRead = std::int64_t{1} << 62;
constexpr std::size_t kMostThresholds = 63;  // bits of an int64

struct Seen {
  std::map<std::int64_t, Detections> classes;

  void add(const Seen& other) {
    for (const auto& [label, detections] : other.classes) classes[label].add(detections);
  }
  // [[label, truths, [[score, right], …]], …]; what took boxes that need not be found has a third number.
  std::string text(Ties ties = Ties::together) const {
    nlohmann::json all = nlohmann::json::array();
    for (auto [label, detections] : classes) {
      detections.order(ties);
      nlohmann::json rows = nlohmann::json::array();
      for (const Detections::Entry& entry : detections.entries) {
        rows.push_back({entry.score, entry.right});
        if (entry.ignored != 0) rows.back().push_back(entry.ignored);
      }
      all.push_back({label, detections.truths, rows});
    }
    return all.dump();
  }
  static Seen parse(const std::string& who, const std::string& text,
                    const MeanAveragePrecisionOptions& options);
};

bool is_whole(const nlohmann::json& value, std::int64_t most) {
  return value.is_number_integer() && value.get<std::int64_t>() >= 0 && value.get<std::int64_t>() <= most;
}

Seen Seen::parse(const std::string& who, const std::string& text,
                 const MeanAveragePrecisionOptions& options) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  const std::int64_t last =
      options.classes.empty() ? kMostRead : static_cast<std::int64_t>(options.classes.size()) - 1;
  const std::int64_t most = static_cast<std::int64_t>((std::uint64_t{1} << options.thresholds.size()) - 1);
  const auto is_entry = [&](const nlohmann::json& row) {
    return row.is_array() && (row.size() == 2 || (row.size() == 3 && is_whole(row[2], most))) &&
           row[0].is_number() && is_whole(row[1], most);
  };
  Seen read;
  bool right = json.is_array();
  for (std::size_t k = 0; right && k < json.size(); ++k) {
    const nlohmann::json& row = json[k];
    right = row.is_array() && row.size() == 3 && is_whole(row[0], last) && is_whole(row[1], kMostRead) &&
            row[2].is_array() && std::all_of(row[2].begin(), row[2].end(), is_entry) &&
            !read.classes.contains(row[0].get<std::int64_t>());
    if (!right) break;
    Detections& detections = read.classes[row[0].get<std::int64_t>()];
    detections.truths = row[1].get<std::int64_t>();
    for (const nlohmann::json& entry : row[2])
      detections.entries.push_back({entry[0].get<double>(), entry[1].get<std::int64_t>(),
                                    entry.size() == 3 ? entry[2].get<std::int64_t>() : 0});
  }
  if (right) return read;
  throw FormatError(
      fmt::format("{}: the saved detections are damaged; expected "
                  "[[label,truths,[[score,right,ignored],…]],…], each label once",
                  who));
}

class MeanPrecision final : public StreamingRule<MeanPrecision, MeanAveragePrecisionOptions, Seen> {
 public:
  MeanPrecision(const std::string& name, const MeanAveragePrecisionOptions& options)
      : StreamingRule(name, options),
        by_class_(options.by_class ? figure_names(name, options.classes) : std::vector<std::string>()) {
    const std::size_t count = options.thresholds.size();
    if (count >= 1 && count <= kMostThresholds) return;
    throw options::OptionError(
        "metric " + name,
        options::OptionError("thresholds", fmt::format("thresholds are {} numbers; expected 1 to {}", count,
                                                       kMostThresholds)));
  }
  std::vector<std::string> reads() const override { return {std::string(data::kBoxes)}; }

  void update(const data::Record& prediction, const data::Record& truth) override {
    const auto classes = static_cast<std::int64_t>(options_.classes.size());
    std::map<std::int64_t, std::pair<std::vector<std::pair<double, Box>>, std::vector<TrueBox>>> by_class;
    for (const FoundBox& each : found_boxes(name_, prediction, classes))
      by_class[each.label].first.emplace_back(each.score, each.box);
    for (const LabeledBox& each : true_boxes(name_, truth, classes))
      by_class[each.label].second.push_back(each.truth);
    for (auto& [label, boxes] : by_class)
      seen_.classes[label].add_picture(std::move(boxes.first), boxes.second, options_);
  }

  std::string state() const override { return seen_.text(options_.ties); }

  std::vector<Figure> figures() const override {
    const std::vector<double>& thresholds = options_.thresholds;
    std::vector<double> at(thresholds.size());
    std::map<std::int64_t, double> of_class;
    double classes = 0;
    for (auto [label, detections] : seen_.classes) {
      if (detections.truths == 0) continue;
      detections.order(options_.ties);
      ++classes;
      for (std::size_t k = 0; k < thresholds.size(); ++k) {
        const double precision = average_precision(detections, k, options_.points, options_.ties);
        at[k] += precision;
        of_class[label] += precision / static_cast<double>(thresholds.size());
      }
    }
    double sum = 0;
    for (double& each : at) sum += each /= std::max(1.0, classes);
    std::vector<Figure> all = {{name_, sum / static_cast<double>(thresholds.size())}};
    for (const auto& [suffix, threshold] : {std::pair{"50", 0.5}, {"75", 0.75}}) {
      const auto found = std::find(thresholds.begin(), thresholds.end(), threshold);
      if (found != thresholds.end())
        all.push_back({name_ + suffix, at[static_cast<std::size_t>(found - thresholds.begin())]});
    }
    for (std::size_t k = 0; k < by_class_.size(); ++k)
      all.push_back({by_class_[k], of_class[static_cast<std::int64_t>(k)]});
    return all;
  }

 private:
  std::vector<std::string> by_class_;
};

const bool added_mean_average_precision = add_host(
    "map", "the mean average precision of detections over classes and overlaps",
    [](const MeanAveragePrecisionOptions& options) { return HostMetric(MeanAveragePrecision(options)); });

}  // namespace

MeanAveragePrecision::MeanAveragePrecision(const MeanAveragePrecisionOptions& options)
    : HostMetric(std::make_shared<MeanPrecision>("map", options)) {}

}  // namespace luge::metrics
