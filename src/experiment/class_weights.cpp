#include "experiment/class_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <variant>

#include "core/dispatch.h"

namespace luge::experiment {
namespace {

constexpr const char *kKey = "loss.class_weights", *kOption = "class_weights", *kBalanced = "balanced";

std::vector<std::int64_t> counted(const data::Dataset& samples) {
  std::vector<std::int64_t> counts(samples.info().classes.size());
  const data::Dataset labels = samples.fields({std::string(data::kTarget)});
  for (std::int64_t i = 0; i < labels.size(); ++i) {
    const data::HostArray target = labels.record(i)[data::kTarget];
    dispatch(target.field.dtype, [&]<class T>() {
      const auto label = static_cast<std::size_t>(convert_element<std::int64_t>(target.as<T>()[0]));
      if (label >= counts.size()) counts.resize(label + 1);
      ++counts[label];
    });
  }
  return counts;
}

}  // namespace

bool follows_from_data(const Key& option, std::string_view value) {
  return option.family == "loss" && option.option == kOption && value == kBalanced;
}

void settle_class_weights(Config& config, const Parts& parts, const Tell& tell) {
  if (!config.knows(kKey) || !config.given(kKey) || config.text(kKey) != kBalanced) return;
  const data::Dataset& samples = parts.fitted_to ? *parts.fitted_to : parts.fit;
  const data::Field* target = samples.info().target();
  if (!target || !is_integer(target->dtype) || target->shape.rank() != 0) {
    throw SettingError(fmt::format("{}: {} does not have one class for each sample", config.said(kKey),
                                   samples.info().name));
  }
  const std::vector<std::int64_t> counts = counted(samples);
  const std::vector<std::string>& classes = samples.info().classes;
  std::string text, told;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const std::string name = k < classes.size() ? classes[k] : std::to_string(k);
    if (counts[k] == 0) {
      throw SettingError(
          fmt::format("{}: the training part has no sample of class '{}'; give numbers instead",
                      config.said(kKey), name));
    }
    const double weight = static_cast<double>(samples.size()) /
                          (static_cast<double>(counts.size()) * static_cast<double>(counts[k]));
    text += fmt::format("{}{}", k > 0 ? "," : "", weight);
    told += fmt::format("{}{} {:.4g} ({} samples)", k > 0 ? ", " : "", name, weight, counts[k]);
  }
  tell(fmt::format("balanced class weights: {}", told));
  config.replace(kKey, text);
}

void check_class_weights(const Config& config, const train::Task& task, const data::Info& info) {
  if (!config.knows(kKey) || !config.given(kKey)) return;
  const std::optional<std::int64_t> classes = task.outputs(info);
  for (const auto& [option, value] : config.chosen("loss").values) {
    const auto* weights = std::get_if<std::vector<double>>(&value);
    if (option != kOption || !weights || !classes || static_cast<std::int64_t>(weights->size()) == *classes)
      continue;
    const bool named = static_cast<std::int64_t>(info.classes.size()) == *classes && *classes <= 20;
    config.refuse(kKey, fmt::format("{} numbers, one for each class{}", *classes,
                                    named ? fmt::format(": {}", fmt::join(info.classes, ", ")) : ""));
  }
}

}  // namespace luge::experiment
