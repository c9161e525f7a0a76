// regression: one or many numbers for each sample.
#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "tasks/learning.h"

namespace luge::tasks {
namespace {

struct RegressionOptions : ScaledOptions {
  RegressionOptions() : ScaledOptions{{"mse"}} {}
  bool standardize = false;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("standardize", self.standardize,
          "learn targets of mean 0 and variance 1; predictions are as the data");
  }
};

// Learned targets in the units of the data: (x · slope) + offset. What is far from 0 tells the slope to all
// digits that it has.
struct TargetUnits {
  Tensor slope, offset;
  TargetUnits(const data::Recipe& recipe, const Shape& target) {
    constexpr float far = 0x1p30f;
    const auto undone = [&](float x) {
      data::HostArray value(data::Field{f32, target});
      std::fill(value.as<float>().begin(), value.as<float>().end(), x);
      const data::HostArray there = recipe.undo(data::kTarget, std::move(value));
      return cast(tensor_from_bytes(there.bytes, there.field.dtype, there.field.shape), f64);
    };
    slope = (undone(far) - undone(-far)) / (2 * static_cast<double>(far));
    offset = undone(0);
  }
  Tensor operator()(const Tensor& learned) const { return cast(learned, f64) * slope + offset; }
};

bool is_numbers(const data::Field& field) { return !field.text && field.fixed(); }

class Regression final : public TaskWith<Regression, RegressionOptions> {
 public:
  static constexpr const char* kName = "regression";
  static constexpr const char* kDescription = "predicts numbers";
  static train::Needs data_needs() {
    return {{std::string(data::kInput), "what the numbers follow from"},
            {std::string(data::kTarget), "one or more numbers", is_numbers}};
  }
  using TaskWith::TaskWith;

  train::Needs needs() const override { return {data_needs().back()}; }
  data::Recipe recipe(const data::Dataset& training) const override {
    const data::Recipe inputs = input_scaling(options_.scaling, training.info());
    if (!options_.standardize) return inputs;
    return inputs.then(
        data::Recipe({data::steps::scale(data::Scaling::standardize, std::string(data::kTarget))}));
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    return info.fields.at(data::kTarget).shape.elements();
  }

  // In the units of the data, whatever the loss learns.
  std::vector<train::Measure> metrics() const override {
    if (!options_.standardize) return TaskWith::metrics();
    return measures([loss = loss()](const metrics::Metric& own, const train::Pass& pass) {
      const Tensor &found = pass.output(), &target = pass[data::kTarget];
      const std::string& recipe = pass.net()->metadata().recipe;
      const Tensor counted = loss.counted(found, target, pass.sample_weight());
      if (recipe.empty()) return own.update(found, target, counted);  // data that was prepared elsewhere
      const TargetUnits units(data::Recipe::from_json(recipe), target.shape().without(0));
      own.update(units(found), units(target), counted);
    });
  }

  // One number tells two classes apart, but not more.
  void describe(const data::Info& info, nn::Metadata& metadata) const override {
    TaskWith::describe(info, metadata);
    for (const train::Measure& measure : metrics()) {
      const metrics::Metric& metric = measure.metric;
      metrics::check_measures(metric.name(), metric.measures(), loss().outputs(), info.classes.size() == 2);
    }
  }

  // "values", in the units of the data.
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Tensor& output = first(outputs);
    const Rows rows(kName, output, batch.rows);
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      data::HostArray values(data::Field{f32, output.shape().without(0)});
      std::copy(rows[row].begin(), rows[row].end(), values.as<float>().begin());
      records.push_back({{"values", known_recipe().undo(data::kTarget, std::move(values))}});
    }
    return records;
  }

 protected:
  std::vector<std::string> interpreted() const override { return {"values"}; }
};

const bool added_regression = Regression::add();

}  // namespace
}  // namespace luge::tasks
