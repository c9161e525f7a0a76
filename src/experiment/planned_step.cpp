#include "experiment/planned_step.h"

#include <fmt/format.h>

#include "experiment/model_choice.h"
#include "experiment/setup.h"
#include "experiment/task.h"
#include "experiment/train_options.h"
#include "luge/nn/observe.h"
#include "luge/ops/shape.h"

namespace luge::experiment {

data::Batch empty_batch(const data::Info& info, std::int64_t rows) {
  data::Batch batch;
  for (const auto& [name, field] : info.fields) {
    if (field.text) continue;
    batch.set(name, zeros(field.shape.inserted(0, rows), field.dtype));
  }
  return batch;
}

data::Info info_without_data(const Config& config, const models::Entry& entry) {
  data::Info info;
  info.name = "none";
  data::Field input = {entry.dtype, entry.input};
  if (config.has("input")) {
    const auto given = config.extents("input");
    input.shape = Shape(std::span<const std::int64_t>(given));
  }
  if (!input.shape.known()) {
    throw SettingError(fmt::format("model={} takes inputs of any length; say which: input=13", entry.name));
  }
  // A model over ids judges every position.
  const Shape judged = is_floating(entry.dtype) ? Shape{} : input.shape;
  info.fields.set(data::kInput, input);
  info.fields.set(data::kTarget, chosen_loss(config).about().targets == loss::Targets::Kind::labels
                                     ? data::Field{i64, judged}
                                     : data::Field{f32, judged.appended(entry.outputs)});
  return info;
}

PlannedStep planned_step(const Config& given, const Tell& tell) {
  const nn::TypesAlone types;
  Config config = given;
  const models::Entry entry = entry_without_data(config);
  take_defaults(config, entry);
  const data::Info info = info_without_data(config, entry);
  const std::int64_t rows = read<StepOptions>(config).batch.value_or(1);
  Settings settings = settings_of(config, tell);
  train::Trainer trainer = make_trainer(config, entry, make_task(config, false), info, {}, settings).trainer;
  return {entry.name, std::move(trainer), info, empty_batch(info, rows), rows, settings};
}

}  // namespace luge::experiment
