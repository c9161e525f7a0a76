// regression: one or many numbers for each sample.
#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
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
};

const bool added = Regression::add();

}  // namespace
}  // namespace luge::tasks
