// classification: one label for each sample.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"
#include "tasks/learning.h"

namespace luge::tasks {
namespace {

struct ClassificationOptions : ScaledOptions {
  ClassificationOptions() : ScaledOptions{{"softmax-cross-entropy", {"accuracy"}}} {}
  static void fields(auto& self, auto&& field) { common(self, field); }
};

bool is_label(const data::Field& field) {
  return !field.text && field.fixed() && field.shape.elements() == 1 && field.dtype != DType::boolean;
}

class Classification final : public TaskWith<Classification, ClassificationOptions> {
 public:
  static constexpr const char* kName = "classification";
  static constexpr const char* kDescription = "tells which class a sample belongs to";
  static train::Needs data_needs() {
    return {{std::string(data::kInput), "what is classified"},
            {std::string(data::kTarget), "one label, a whole number from 0", is_label}};
  }
  using TaskWith::TaskWith;

  train::Needs needs() const override { return {data_needs().back()}; }
  data::Recipe recipe(const data::Dataset& training) const override {
    return input_scaling(options_.scaling, training.info());
  }

  // With a loss of yes or no, one output tells two classes apart.
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    const std::int64_t count = loss().outputs_for(static_cast<std::int64_t>(info.classes.size()));
    return count > 0 ? std::optional(count) : std::nullopt;
  }

  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Rows rows(kName, probabilities(first(outputs), loss().outputs()), batch.rows);
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) records.push_back(record_of(rows[row]));
    return records;
  }

 protected:
  std::vector<std::string> interpreted() const override { return {"label", "probabilities"}; }

 private:
  data::Record record_of(std::span<const float> values) const {
    std::vector<float> p(values.begin(), values.end());
    if (p.size() == 1) p = {1 - p[0], p[0]};
    const auto best = std::max_element(p.begin(), p.end());
    const bool nan = std::any_of(p.begin(), p.end(), [](float each) { return std::isnan(each); });
    const std::int64_t label = nan ? -1 : best - p.begin();
    return {{"label", whole(label)},
            {"label_name", data::HostArray::of_text(class_name(classes(), label))},
            {"probability", number(*best)},
            {"probabilities", list(p)}};
  }
};

const bool added_classification = Classification::add();

}  // namespace
}  // namespace luge::tasks
