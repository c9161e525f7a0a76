// multi_hot: lists of labels as one number for each class.
#include <fmt/format.h>

#include <algorithm>

#include "data/steps/step.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct MultiHotOptions {
  std::string field = std::string(kTarget);
  std::int64_t classes = 0;  // fitted; 0: not yet
  static void fields(auto& self, auto&& field) {
    field("field", self.field, "the field of labels");
    field("classes", self.classes, "the number of classes", options::at_least(0));
  }
};

HostArray multi_hot(const HostArray& labels, std::int64_t classes, const Where& where) {
  HostArray result(Field{f32, {classes}});
  const std::span<float> to = result.as<float>();
  for (const std::int64_t label : labels.as<std::int64_t>()) {
    if (label < 0 || label >= classes) {
      throw IndexError(
          fmt::format("{}: label {} is not a class; expected 0 to {}", where(), label, classes - 1));
    }
    to[static_cast<std::size_t>(label)] = 1;
  }
  return result;
}

class MultiHot final : public StepWith<MultiHot, MultiHotOptions> {
 public:
  static constexpr const char* kName = "multi-hot";
  using StepWith::StepWith;

  StepRef fit(const Dataset& training) const override {
    check(training.info());
    MultiHotOptions fitted = options_;
    fitted.classes = static_cast<std::int64_t>(training.info().classes.size());
    if (fitted.classes == 0) fitted.classes = largest(training) + 1;
    if (fitted.classes == 0)
      throw ValueError(
          fmt::format("multi-hot: {} has no labels in the field '{}'", training.info().name, options_.field));
    return std::make_shared<MultiHot>(fitted);
  }
  Dataset apply(const Dataset& data) const override {
    check(data.info());
    return derive(data, derivation());
  }
  void apply(Record& raw) const override {
    if (raw.contains(options_.field)) derive(raw, derivation());
  }

 private:
  void check(const Info& info) const {
    const Field& field = info.fields.at(options_.field);
    if (field.dtype == i64) return;
    throw DTypeError(fmt::format("multi-hot: the field '{}' of {} is {}; expected labels, i64",
                                 options_.field, info.name, field.to_string()));
  }
  std::int64_t largest(const Dataset& training) const {
    const Dataset labels = training.fields({options_.field});
    std::int64_t label = -1;
    for (std::int64_t i = 0; i < labels.size(); ++i) {
      const Record record = labels.record(i);
      for (const std::int64_t each : record[options_.field].as<std::int64_t>()) label = std::max(label, each);
    }
    return label;
  }
  Derivation derivation() const {
    if (options_.classes == 0) {
      throw StateError(fmt::format(
          "recipe: the number of classes of '{}' is not known; call Recipe::fit with the training data",
          options_.field));
    }
    return {.who = kName,
            .mark = options(),
            .from = options_.field,
            .to = options_.field,
            .made = {f32, {options_.classes}},
            .function = [classes = options_.classes](const HostArray& value, const Where& where) {
              return multi_hot(value, classes, where);
            }};
  }
};

const bool added_multi_hot = MultiHot::add();

}  // namespace

StepRef steps::multi_hot(const std::string& field) {
  return std::make_shared<MultiHot>(MultiHotOptions{.field = field});
}

}  // namespace luge::data
