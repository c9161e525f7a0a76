// cohen-kappa and matthews: agreement of labels beyond chance.
#include "luge/metrics/agreement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "metrics/labels_of_records.h"
#include "metrics/streaming_rule.h"

template <>
struct luge::options::Names<luge::metrics::Disagreement> {
  static constexpr std::pair<luge::metrics::Disagreement, const char*> all[] = {
      {luge::metrics::Disagreement::alike, "alike"},
      {luge::metrics::Disagreement::linear, "linear"},
      {luge::metrics::Disagreement::quadratic, "quadratic"}};
};
template <>
struct luge::options::Listing<luge::metrics::CohenKappaOptions> {
  static void fields(auto& self, auto&& field) {
    field("weights", self.weights, "how much a wrong label weighs, by its distance from the right one");
    field("ignore_index", self.ignore_index, "true label whose samples do not count");
  }
};
template <>
struct luge::options::Listing<luge::metrics::MatthewsOptions> {
  static void fields(auto& self, auto&& field) {
    field("ignore_index", self.ignore_index, "true label whose samples do not count");
  }
};

namespace luge::metrics {
namespace {

constexpr std::int64_t kNone = -1, kMostRead = std::int64_t{1} << 62;

double number(std::int64_t count) { return static_cast<double>(count); }

// How often each pair of a predicted and a true label came.
struct PairCounts {
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;
  std::int64_t samples = 0;

  void add(const PairCounts& other) {
    for (const auto& [pair, count] : other.counts) counts[pair] += count;
    samples += other.samples;
  }
  std::string text() const {
    nlohmann::json rows = nlohmann::json::array();
    for (const auto& [pair, count] : counts) rows.push_back({pair.first, pair.second, count});
    return rows.dump();
  }
  static PairCounts parse(const std::string& who, const std::string& text, const auto& options) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    const auto classes = static_cast<std::int64_t>(options.classes.size());
    PairCounts read;
    bool right = json.is_array();
    for (std::size_t k = 0; right && k < json.size(); ++k) {
      right =
          json[k].is_array() && json[k].size() == 3 &&
          std::all_of(json[k].begin(), json[k].end(), [](const auto& x) { return x.is_number_integer(); });
      if (!right) break;
      const auto row = json[k].template get<std::vector<std::int64_t>>();
      const auto is_class = [&](std::int64_t label) {
        return label >= 0 && (classes == 0 || label < classes);
      };
      right = (row[0] == kNone || is_class(row[0])) && is_class(row[1]) && row[2] > 0 &&
              row[2] <= kMostRead - read.samples &&
              read.counts.emplace(std::pair(row[0], row[1]), row[2]).second;
      read.samples += row[2];
    }
    if (right) return read;
    throw FormatError(
        fmt::format("{}: the saved counts are damaged; expected [[predicted,true,count],…], each pair once{}",
                    who, classes ? fmt::format(", labels 0 to {}", classes - 1) : std::string()));
  }

  std::map<std::int64_t, double> predicted() const {
    std::map<std::int64_t, double> sums;
    for (const auto& [pair, count] : counts) sums[pair.first] += number(count);
    return sums;
  }
  std::map<std::int64_t, double> actual() const {
    std::map<std::int64_t, double> sums;
    for (const auto& [pair, count] : counts) sums[pair.second] += number(count);
    return sums;
  }
};

template <class Self, class Options>
class Agreement : public StreamingRule<Self, Options, PairCounts> {
 public:
  using StreamingRule<Self, Options, PairCounts>::StreamingRule;
  Measures measures() const override { return Measures::classes; }
  std::vector<std::string> reads() const override { return {"label", "mask"}; }

  void update(const data::Record& prediction, const data::Record& truth) override {
    if (prediction.contains("labels")) {
      throw ValueError(
          fmt::format("{}: the prediction has 'labels'; expected one label for each position", this->name_));
    }
    const auto classes = static_cast<std::int64_t>(this->options_.classes.size());
    for (const auto& [predicted, actual] :
         label_pairs(this->name_, prediction, truth, classes, this->options_.ignore_index)) {
      ++this->seen_.counts[{predicted.value_or(kNone), *actual}];
      ++this->seen_.samples;
    }
  }
  std::vector<Figure> figures() const override { return {{this->name_, value(this->seen_)}}; }

 private:
  virtual double value(const PairCounts& seen) const = 0;
};

class Kappa final : public Agreement<Kappa, CohenKappaOptions> {
 public:
  using Agreement::Agreement;

 private:
  double value(const PairCounts& seen) const override {
    const std::map<std::int64_t, double> predicted = seen.predicted(), actual = seen.actual();
    if (seen.samples == 0) return 0;
    std::int64_t low = actual.begin()->first, high = actual.rbegin()->first;
    for (const auto& [label, count] : predicted) {
      if (label != kNone) low = std::min(low, label), high = std::max(high, label);
    }
    const double farthest = std::max(1.0, number(high) - number(low));
    const auto weight = [&](std::int64_t a, std::int64_t b) {
      if (a == b) return 0.0;
      if (options_.weights == Disagreement::alike) return 1.0;
      const double distance = a == kNone ? farthest : std::abs(number(a) - number(b));
      return options_.weights == Disagreement::linear ? distance : distance * distance;
    };
    double observed = 0, expected = 0;
    for (const auto& [pair, count] : seen.counts) observed += weight(pair.first, pair.second) * number(count);
    for (const auto& [a, count] : predicted) {
      for (const auto& [b, others] : actual)
        expected += weight(a, b) * (count / number(seen.samples)) * others;
    }
    return expected > 0 ? 1 - observed / expected : 0;
  }
};

class Correlation final : public Agreement<Correlation, MatthewsOptions> {
 public:
  using Agreement::Agreement;

 private:
  double value(const PairCounts& seen) const override {
    if (seen.samples == 0) return 0;
    const std::map<std::int64_t, double> predicted = seen.predicted(), actual = seen.actual();
    const double samples = number(seen.samples);
    double right = 0, both = 0, of_predicted = samples * samples, of_actual = samples * samples;
    for (const auto& [pair, count] : seen.counts) right += pair.first == pair.second ? number(count) : 0;
    for (const auto& [label, count] : predicted) {
      const auto other = actual.find(label);
      if (other != actual.end()) both += count * other->second;
      of_predicted -= count * count;
    }
    for (const auto& [label, count] : actual) of_actual -= count * count;
    if (of_predicted <= 0 || of_actual <= 0) return 0;
    return (right * samples - both) / std::sqrt(of_predicted) / std::sqrt(of_actual);
  }
};

const bool added_agreement =
    add_host("cohen-kappa", "how far labels agree beyond chance, also weighted by distance",
             [](const CohenKappaOptions& options) { return HostMetric(CohenKappa(options)); });
const bool added_matthews =
    add_host("matthews", "the Matthews correlation of predicted and true classes",
             [](const MatthewsOptions& options) { return HostMetric(Matthews(options)); });

}  // namespace

CohenKappa::CohenKappa(const CohenKappaOptions& options)
    : HostMetric(std::make_shared<Kappa>("cohen-kappa", options)) {}
Matthews::Matthews(const MatthewsOptions& options)
    : HostMetric(std::make_shared<Correlation>("matthews", options)) {}

}  // namespace luge::metrics
