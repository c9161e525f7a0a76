// classification: one label for each sample. text-classification: one for each text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/data/tokens.h"
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

struct TextClassOptions : LearningOptions {
  TextClassOptions() : LearningOptions{"softmax-cross-entropy", {"accuracy"}} {}
  std::string tokenizer = "words(lowercase=true)";
  std::int64_t longest = 400;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("tokenizer", self.tokenizer, "what cuts texts into tokens (luge list tokenizers)");
    field("longest", self.longest, "tokens of a text that are read; 0: all", options::at_least(0));
  }
};

// What both tasks do with labels.
template <class Self, class Options>
class Labeling : public TaskWith<Self, Options> {
 public:
  using TaskWith<Self, Options>::TaskWith;
  train::Needs needs() const override { return {Self::data_needs().back()}; }

  // With a loss of yes or no, one output tells two classes apart.
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    const std::int64_t count = this->loss().outputs_for(static_cast<std::int64_t>(info.classes.size()));
    return count > 0 ? std::optional(count) : std::nullopt;
  }

  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Rows rows(Self::kName, probabilities(first(outputs), this->loss().outputs()), batch.rows);
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
            {"label_name", data::HostArray::of_text(class_name(this->classes(), label))},
            {"probability", number(*best)},
            {"probabilities", list(p)}};
  }
};

train::Need label_need() {
  return {std::string(data::kTarget), "one label, a whole number from 0", is_label};
}

class Classification final : public Labeling<Classification, ClassificationOptions> {
 public:
  static constexpr const char* kName = "classification";
  static constexpr const char* kDescription = "tells which class a sample belongs to";
  static train::Needs data_needs() {
    return {{std::string(data::kInput), "what is classified"}, label_need()};
  }
  using Labeling::Labeling;

  data::Recipe recipe(const data::Dataset& training) const override {
    return input_scaling(options_.scaling, training.info());
  }
};

class TextClassification final : public Labeling<TextClassification, TextClassOptions> {
 public:
  static constexpr const char* kName = "text-classification";
  static constexpr const char* kDescription = "tells which class a text belongs to";
  static train::Needs data_needs() {
    return {{"text", "text", [](const data::Field& field) { return field.text; }}, label_need()};
  }
  using Labeling::Labeling;

  // Data that has inputs of ids already is taken as it is.
  data::Recipe recipe(const data::Dataset& training) const override {
    if (!training.info().fields.find("text") && training.info().fields.find(data::kInput)) return {};
    return data::Recipe(
        {data::steps::tokens({.tokenizer = options_.tokenizer, .longest = options_.longest})});
  }
};

const bool added_classification = Classification::add(),
           added_text_classification = TextClassification::add();

}  // namespace
}  // namespace luge::tasks
