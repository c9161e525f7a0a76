// keypoints: where the points of the thing in a picture are. The output says how: [rows,points,3] are x, y
// and visibility, [rows,points,height,width] are maps that are bright where the points are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/data/fixed_points.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/ops/losses.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "tasks/heat_maps.h"
#include "tasks/learning.h"

namespace luge::tasks {
namespace {

/// What is learned of a point that is not labeled.
enum class Unlabeled : std::uint8_t { absent, ignore };

struct Size {
  std::int64_t height, width;
};

}  // namespace
}  // namespace luge::tasks

template <>
struct luge::options::Names<luge::tasks::Unlabeled> {
  static constexpr std::pair<luge::tasks::Unlabeled, const char*> all[] = {
      {luge::tasks::Unlabeled::absent, "absent"}, {luge::tasks::Unlabeled::ignore, "ignore"}};
};

namespace luge::tasks {
namespace {

struct KeypointOptions : ScaledOptions {
  KeypointOptions() : ScaledOptions{{"mse", {"point-error", "pck"}}} {}
  double sigma = 1.5, visibility = 0.01, threshold = 0.3;
  Unlabeled unlabeled = Unlabeled::absent;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("sigma", self.sigma, "standard deviation of the bright spots of maps, in their pixels",
          options::above(0));
    field("visibility", self.visibility, "weight of the loss of the visibility next to that of coordinates",
          options::at_least(0));
    field("unlabeled", self.unlabeled,
          "what is learned of a point without a label: that it is absent, or nothing");
    field("threshold", self.threshold, "the score from which a point is taken for visible",
          options::within(0, 1));
  }
};

bool are_points(const data::Field& field) {
  return field.dtype == f32 && field.shape.rank() == 2 && field.shape[1] == 3;
}

class Keypoints final : public TaskWith<Keypoints, KeypointOptions> {
 public:
  static constexpr const char* kName = "keypoints";
  static constexpr const char* kDescription = "finds the points of the thing in a picture";
  static train::Needs data_needs() {
    return {{std::string(data::kPoints),
             "points of a picture, f32[points,3]: x, y, and 1 where it is labeled", are_points}};
  }
  explicit Keypoints(KeypointOptions options) : TaskWith(std::move(options)) {
    if (is_by_class(loss().outputs()))
      throw ValueError(
          fmt::format("{}: the loss {} is for labels; choose mse, smooth-l1 or binary-cross-entropy", kName,
                      loss().name()));
  }

  train::Needs needs() const override {
    return {{std::string(data::kInput), "pictures [channels,height,width]",
             [](const data::Field& field) { return !field.text && field.shape.rank() == 3; }},
            data_needs().front()};
  }
  data::Recipe recipe(const data::Dataset& training) const override {
    const data::Schema& fields = training.info().fields;
    const data::Recipe points({data::steps::fixed_points()});
    if (!fields.find(data::kImage)) return points.then(input_scaling(options_.scaling, training.info()));
    const data::Recipe names({data::steps::rename(std::string(data::kImage), std::string(data::kInput))});
    return points.then(names).then(input_scaling(options_.scaling, fields.at(data::kImage)));
  }
  // The number of points; a network makes three numbers or a map of each.
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    const std::int64_t count = info.fields.at(data::kPoints).shape[0];
    return count == unknown ? std::nullopt : std::optional(count);
  }

  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(), .loss = [this_ = *this](const train::Pass& pass) {
               return this_.is_maps(pass.output()) ? this_.cost_of_maps(pass)
                                                   : this_.cost_of_coordinates(pass);
             }}};
  }
  std::vector<train::Measure> metrics() const override {
    const std::vector<train::Measure> all = TaskWith::metrics();
    if (!all.empty())
      throw ValueError(fmt::format("{}: the metric '{}' does not measure points; choose point-error and pck",
                                   kName, all.front().metric.name()));
    return {};
  }
  std::function<void(const data::HostBatch&)> checks(const nn::Model&,
                                                     const data::HostBatch&) const override {
    return [](const data::HostBatch& batch) {
      const auto values = batch.values[data::kPoints].as<float>();
      const auto bad = std::find_if(values.begin(), values.end(), [](float x) { return !std::isfinite(x); });
      if (bad == values.end()) return;
      const std::int64_t row = (bad - values.begin()) * batch.rows / static_cast<std::int64_t>(values.size());
      throw ValueError(fmt::format("{}: a point holds {}; expected finite numbers", batch.where(row), *bad));
    };
  }
  void describe(const data::Info& info, nn::Metadata& metadata) const override {
    Task::describe(info, metadata);
    metadata.output = loss().outputs();
  }

  // "points" f32[points,3], x and y in pixels of what the network was given, and a score; "visible"
  // u8[points].
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Tensor& output = first(outputs);
    const bool maps = is_maps(output);
    const Rows rows(kName, maps ? probabilities(output, loss().outputs()) : output, batch.rows);
    const Shape& picture = batch.values[data::kInput].field.shape;
    const Size size{picture[2], picture[3]};
    const auto count = static_cast<std::size_t>(output.extent(1));
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      data::HostArray points(data::Field{f32, {output.extent(1), 3}}),
          visible(data::Field{u8, {output.extent(1)}});
      for (std::size_t k = 0; k < count; ++k) {
        const auto numbers = rows[row].subspan(k * rows.width() / count, rows.width() / count);
        const auto point = points.as<float>().subspan(3 * k, 3);
        maps ? point_of_map(numbers, output.extent(2), output.extent(3), size, point)
             : point_of(numbers, size, point);
        visible.as<std::uint8_t>()[k] = point[2] >= static_cast<float>(options_.threshold);
      }
      records.push_back({{std::string(data::kPoints), std::move(points)}, {"visible", std::move(visible)}});
    }
    return records;
  }

 protected:
  std::vector<std::string> interpreted() const override { return {std::string(data::kPoints)}; }

 private:
  bool is_maps(const Tensor& output) const {
    if (output.rank() == 4) return true;
    if (output.rank() == 3 && output.extent(2) == 3) return false;
    throw ShapeError(
        fmt::format("{}: the output is {}; expected [rows,points,3], or maps [rows,points,height,width]",
                    kName, output.shape().to_string()));
  }
  static void check_count(const Tensor& output, const Tensor& points) {
    if (output.extent(1) == points.extent(1)) return;
    throw ShapeError(fmt::format("{}: the output {} has {} points; the data has {}", kName,
                                 output.shape().to_string(), output.extent(1), points.extent(1)));
  }
  static Tensor column(const Tensor& points, std::int64_t k) { return select(points, 2, k); }
  // The weight of each point, [rows,points].
  static Tensor weights(const train::Pass& pass, const Tensor& each) {
    const Tensor weight = pass.sample_weight();
    return weight.defined() ? each * unsqueeze(weight, 1) : each;
  }

  train::LossTerm cost_of_maps(const train::Pass& pass) const {
    const Tensor& maps = pass.output();
    const Tensor points = cast(pass[data::kPoints], maps.dtype());
    check_count(maps, points);
    const Shape& picture = pass[data::kInput].shape();
    const Tensor visible = column(points, 2);
    const auto along = [&](std::int64_t k, int axis, std::int64_t extent) {
      const double scale = static_cast<double>(maps.extent(axis)) / static_cast<double>(extent);
      return gaussian(column(points, k) * scale - 0.5, maps.extent(axis), options_.sigma);
    };
    const Tensor target = unsqueeze(along(0, 3, picture[3]), 2) * unsqueeze(along(1, 2, picture[2]), 3) *
                          unsqueeze(unsqueeze(visible, 2), 3);
    const Tensor counted = options_.unlabeled == Unlabeled::ignore ? visible : ones_like(visible);
    const Shape flat = {maps.extent(0) * maps.extent(1), maps.extent(2) * maps.extent(3)};
    return train::LossTerm::of(loss(), reshape(maps, flat), reshape(target, flat),
                               reshape(weights(pass, counted), {flat[0]}));
  }

  // The mean over all points; those without a label cost what their visibility costs.
  train::LossTerm cost_of_coordinates(const train::Pass& pass) const {
    const Tensor& output = pass.output();
    const Tensor points = cast(pass[data::kPoints], output.dtype());
    check_count(output, points);
    if (loss().outputs() != OutputKind::values)
      throw ValueError(
          fmt::format("{}: the loss {} is for maps; choose mse or another loss of numbers for coordinates",
                      kName, loss().name()));
    const Shape& picture = pass[data::kInput].shape();
    const Tensor visible = column(points, 2);
    const Tensor shares = stack({column(points, 0) / static_cast<double>(picture[3]) - 0.5,
                                 column(points, 1) / static_cast<double>(picture[2]) - 0.5},
                                2);
    const Tensor counted = options_.unlabeled == Unlabeled::ignore ? visible : ones_like(visible);
    const loss::Sums places = loss().sums(slice(output, 2, 0, 2), shares, weights(pass, visible));
    const Tensor seen = binary_cross_entropy_with_logits(select(output, 2, 2), visible);
    const Tensor all = cast(sum(weights(pass, ones_like(visible))), f64);
    const Tensor cost = places.cost + options_.visibility * cast(sum(seen * weights(pass, counted)), f64);
    return {cast(cost / maximum(all, 1e-30), output.dtype()), cost, all, false};
  }

  void point_of(std::span<const float> numbers, const Size& size, std::span<float> point) const {
    point[0] = (numbers[0] + 0.5f) * static_cast<float>(size.width);
    point[1] = (numbers[1] + 0.5f) * static_cast<float>(size.height);
    point[2] = 1 / (1 + std::exp(-numbers[2]));
  }
  static void point_of_map(std::span<const float> map, std::int64_t height, std::int64_t width,
                           const Size& size, std::span<float> point) {
    const Peak peak = peak_of(map, height, width);
    point[0] =
        static_cast<float>((peak.x + 0.5) * static_cast<double>(size.width) / static_cast<double>(width));
    point[1] =
        static_cast<float>((peak.y + 0.5) * static_cast<double>(size.height) / static_cast<double>(height));
    point[2] = static_cast<float>(peak.value);
  }
};

const bool added_keypoints = Keypoints::add();

}  // namespace
}  // namespace luge::tasks
