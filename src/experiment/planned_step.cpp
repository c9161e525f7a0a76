#include "experiment/planned_step.h"

#include <fmt/format.h>

#include "experiment/model_choice.h"
#include "experiment/setup.h"
#include "experiment/task.h"
#include "experiment/train_options.h"
#include "luge/data/collate.h"
#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "luge/ops/shape.h"
#include "luge/random.h"

namespace luge::experiment {

data::Batch empty_batch(const data::Info& info, std::int64_t rows, std::int64_t extent) {
  data::Batch batch;
  for (const auto& [name, field] : info.fields) {
    if (field.text) continue;
    Shape shape = field.shape.inserted(0, rows);
    for (int axis = 1; axis < shape.rank(); ++axis) {
      if (shape[axis] == unknown) shape = shape.with(axis, extent);
    }
    batch.set(name, zeros(shape, field.dtype));
    if (shape != field.shape.inserted(0, rows)) batch.set(name + data::kLength, full({rows}, extent, i64));
  }
  return batch;
}

namespace {

// Without the batch axis. What is drawn later does not change.
Shape output_of(const models::Entry& entry, const data::Field& input) {
  const nn::TypesAlone types;
  const random::State before = random::state();
  const nn::Model net = make_model(entry, 0);
  const Shape output = (*net)(graph::placeholder(input.dtype, input.shape.inserted(0, 1), "input")).shape();
  random::set_state(before);
  return output.without(0);
}

// The task that says which fields there are. Of boxes the step cannot be known, the network can.
train::TaskRef task_of_fields(const Config& config, const models::Entry& entry) {
  return finds_boxes(entry.defaults.task) ? nullptr : own_task_without_data(config, entry);
}

// One for each sample, or for each position where the task wants those: then classes come first in outputs.
data::Field target_of(const Config& config, const models::Entry& entry, const data::Field& input) {
  // A model over ids judges every position.
  const Shape judged = is_floating(entry.dtype) ? Shape{} : input.shape;
  if (chosen_loss(config).about().targets != loss::Targets::Kind::labels)
    return {f32, judged.appended(entry.outputs)};
  const data::Field labels = {i64, judged};
  const train::TaskRef task = task_of_fields(config, entry);
  if (!task) return labels;
  for (const train::Need& need : task->needs()) {
    if (need.field == data::kTarget && need.fits && !need.fits(labels))
      return {i64, output_of(entry, input).without(0)};
  }
  return labels;
}

// What the task needs besides: a few labels in a row, or points.
void add_needed(const train::Task& task, const models::Entry& entry, data::Info& info) {
  constexpr std::int64_t kLabels = 4;
  for (const train::Need& need : task.needs()) {
    if (info.fields.find(need.field)) continue;
    for (const data::Field& field : {data::Field{i64, {kLabels}}, data::Field{f32, {entry.outputs, 3}}}) {
      if (need.fits && !need.fits(field)) continue;
      info.fields.set(need.field, field);
      break;
    }
  }
}

}  // namespace

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
  // Several inputs are texts whose lengths differ.
  if (make_model(entry, 0)->input_names().size() > 1) {
    for (const train::Need& need : own_task_without_data(config, entry)->needs())
      info.fields.set(need.field, data::Field{entry.dtype, {unknown}});
    return info;
  }
  info.fields.set(data::kInput, input);
  info.fields.set(data::kTarget, target_of(config, entry, input));
  if (const train::TaskRef task = task_of_fields(config, entry)) add_needed(*task, entry, info);
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
  train::TaskRef task = own_task_without_data(config, entry);
  if (!task) task = make_task(config, false);
  train::Trainer trainer = make_trainer(config, entry, task, info, {}, settings).trainer;
  return {entry.name, std::move(trainer), info,
          empty_batch(info, rows, entry.input.rank() > 0 ? entry.input[0] : 1), rows, settings};
}

}  // namespace luge::experiment
