// multi-label: several labels for each sample, or none.
#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "tasks/learning.h"

namespace luge::tasks {
namespace {

struct MultiLabelOptions : ScaledOptions {
  MultiLabelOptions() : ScaledOptions{{"binary-cross-entropy", {"accuracy"}}} {}
  double threshold = 0.5;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("threshold", self.threshold, "the probability above which a sample has a label",
          options::within(0, 1));
  }
};

bool is_labels(const data::Field& field) {
  return field.dtype == i64 && field.shape.rank() == 1 && !field.text;
}
bool is_multi_hot(const data::Field& field) {
  return is_floating(field.dtype) && field.fixed() && field.shape.rank() == 1;
}

class MultiLabel final : public TaskWith<MultiLabel, MultiLabelOptions> {
 public:
  static constexpr const char* kName = "multi-label";
  static constexpr const char* kDescription = "tells which of several labels a sample has";
  static train::Needs data_needs() {
    return {{std::string(data::kInput), "what is classified"},
            {std::string(data::kTarget), "a list of labels, i64[?], or 0 or 1 for each class, f32[classes]",
             [](const data::Field& field) { return is_labels(field) || is_multi_hot(field); }}};
  }
  explicit MultiLabel(MultiLabelOptions options) : TaskWith(std::move(options)) {
    if (is_by_class(loss().outputs()))
      throw ValueError(fmt::format("{}: the loss {} is for one label a sample; choose binary-cross-entropy",
                                   kName, loss().name()));
  }

  train::Needs needs() const override {
    return {{std::string(data::kTarget), "0 or 1 for each class, f32[classes]", is_multi_hot}};
  }
  data::Recipe recipe(const data::Dataset& training) const override {
    const data::Recipe scaling = input_scaling(options_.scaling, training.info());
    if (!is_labels(training.info().fields.at(data::kTarget))) return scaling;
    return scaling.then(data::Recipe({data::steps::multi_hot()}));
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    return info.fields.at(data::kTarget).shape.elements();
  }
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Rows rows(kName, probabilities(first(outputs), loss().outputs()), batch.rows);
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) records.push_back(record_of(rows[row]));
    return records;
  }

 protected:
  std::vector<std::string> interpreted() const override { return {"labels", "probabilities"}; }

 private:
  data::Record record_of(std::span<const float> p) const {
    std::vector<std::int64_t> labels;
    std::string names;
    for (std::size_t k = 0; k < p.size(); ++k) {
      if (!(p[k] > options_.threshold)) continue;
      labels.push_back(static_cast<std::int64_t>(k));
      names += (names.empty() ? "" : ", ") + class_name(classes(), labels.back());
    }
    data::HostArray found(data::Field{i64, {static_cast<std::int64_t>(labels.size())}});
    std::copy(labels.begin(), labels.end(), found.as<std::int64_t>().begin());
    return {{"labels", std::move(found)},
            {"label_names", data::HostArray::of_text(names)},
            {"probabilities", list(p)}};
  }
};

const bool added_multi_label = MultiLabel::add();

}  // namespace
}  // namespace luge::tasks
