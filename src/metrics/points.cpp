// point-error and pck: how far points are from the true ones, in diagonals of the picture.
#include "luge/metrics/points.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "luge/data/picture_fields.h"
#include "metrics/record_fields.h"
#include "metrics/streaming_rule.h"

/// The options of pck.
template <>
struct luge::options::Listing<luge::metrics::PCKOptions> {
  static void fields(auto& self, auto&& field) {
    field("threshold", self.threshold, "the largest distance of a right point, in diagonals of the picture",
          above(0), elsewhere({"alpha", "thr"}));
  }
};

namespace luge::metrics {
namespace {

using nlohmann::json;

struct NoOptions {
  static void fields(auto&, auto&&) {}
  bool operator==(const NoOptions&) const = default;
};

// A sum over points in whole units of 2^-42, so that no order of the points is in it, and their number.
struct Seen {
  static constexpr double kUnit = 0x1p-42, kMost = 1000;
  std::int64_t sum = 0, count = 0;
  void add(double value) { sum += std::llround(std::min(value, kMost) / kUnit), ++count; }
  void add(const Seen& other) { sum += other.sum, count += other.count; }
  std::string text() const { return json{sum, count}.dump(); }
  double mean() const {
    return static_cast<double>(sum) * kUnit / static_cast<double>(std::max<std::int64_t>(1, count));
  }
  static Seen parse(const std::string& who, const std::string& text, const auto&) {
    const json read = json::parse(text, nullptr, false);
    const auto is_whole = [](const json& each) {
      return each.is_number_integer() && each.get<std::int64_t>() >= 0;
    };
    if (!read.is_array() || read.size() != 2 || !is_whole(read[0]) || !is_whole(read[1]))
      throw FormatError(
          fmt::format("{}: the saved sums are damaged; expected two whole numbers from 0", who));
    return {read[0].get<std::int64_t>(), read[1].get<std::int64_t>()};
  }
};

bool are_points(const data::HostArray& value) {
  const Shape& shape = value.field.shape;
  return is_floating(value.field.dtype) && shape.rank() == 2 && (shape[1] == 2 || shape[1] == 3);
}

double diagonal_of(const std::string& who, const data::Record& truth) {
  const data::HostArray* picture = truth.find(data::kInput);
  if (!picture) picture = &field_of(who, "truth", truth, data::kImage, "a picture, nor 'input'");
  const Shape& shape = picture->field.shape;
  if (shape.rank() != 3)
    throw ShapeError(fmt::format("{}: the picture is {}; expected [channels,height,width]", who,
                                 picture->field.to_string()));
  return std::hypot(static_cast<double>(shape[1]), static_cast<double>(shape[2]));
}

// The distance of each true point, in diagonals.
std::vector<double> distances(const std::string& who, const data::Record& prediction,
                              const data::Record& truth) {
  const data::HostArray& found = field_of(who, "prediction", prediction, data::kPoints, "x and y");
  const data::HostArray& actual = field_of(who, "truth", truth, data::kPoints, "x and y");
  if (!are_points(found) || !are_points(actual) || found.field.shape[0] != actual.field.shape[0])
    throw ShapeError(
        fmt::format("{}: the points are {} and the true ones {}; expected as many, floating [K,2] or "
                    "[K,3]",
                    who, found.field.to_string(), actual.field.to_string()));
  const double diagonal = diagonal_of(who, truth);
  const std::vector<double> a = numbers_in(found), b = numbers_in(actual);
  const auto step_a = static_cast<std::size_t>(found.field.shape[1]),
             step_b = static_cast<std::size_t>(actual.field.shape[1]);
  std::vector<double> all;
  for (std::size_t k = 0; k < static_cast<std::size_t>(actual.field.shape[0]); ++k) {
    if (step_b == 3 && b[k * step_b + 2] == 0) continue;
    const double far = std::hypot(a[k * step_a] - b[k * step_b], a[k * step_a + 1] - b[k * step_b + 1]);
    all.push_back(std::isfinite(far) ? far / diagonal : 1);
  }
  return all;
}

class Error final : public StreamingRule<Error, NoOptions, Seen> {
 public:
  using StreamingRule::StreamingRule;
  std::vector<std::string> reads() const override { return {std::string(data::kPoints)}; }
  void update(const data::Record& prediction, const data::Record& truth) override {
    for (const double each : distances(name_, prediction, truth)) seen_.add(each);
  }
  std::vector<Figure> figures() const override { return {{name_, seen_.mean(), Better::lower}}; }
};

class Correct final : public StreamingRule<Correct, PCKOptions, Seen> {
 public:
  using StreamingRule::StreamingRule;
  std::vector<std::string> reads() const override { return {std::string(data::kPoints)}; }
  void update(const data::Record& prediction, const data::Record& truth) override {
    for (const double each : distances(name_, prediction, truth))
      seen_.add(each <= options_.threshold ? 1.0 : 0.0);
  }
  std::vector<Figure> figures() const override { return {{name_, seen_.mean(), Better::higher}}; }
};

const bool added_points =
    add_host("point-error", "the mean distance of points from the true ones, in diagonals of the picture",
             [] { return HostMetric(PointError()); }) &&
    add_host("pck", "the share of points that are near the true ones",
             [](const PCKOptions& o) { return HostMetric(PCK(o)); });

}  // namespace

PointError::PointError() : HostMetric(std::make_shared<Error>("point-error", NoOptions{})) {}
PCK::PCK(const PCKOptions& options) : HostMetric(std::make_shared<Correct>("pck", options)) {}

}  // namespace luge::metrics
