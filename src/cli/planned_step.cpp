#include "cli/planned_step.h"

#include <fmt/format.h>

#include "cli/model_choice.h"
#include "cli/setup.h"
#include "cli/task.h"
#include "luge/nn/observe.h"
#include "luge/ops/shape.h"

namespace luge::cli {

data::Batch empty_batch(const data::Info& info, std::int64_t rows) {
  const auto empty = [rows](const data::Field& field) {
    return zeros(field.shape.inserted(0, rows), field.dtype);
  };
  return {empty(info.input()), empty(info.fields.at(data::kTarget))};
}

data::Info info_without_data(const Arguments& arguments, const models::Entry& entry) {
  data::Info info;
  info.name = "none";
  data::Field input = {entry.dtype, entry.input};
  if (arguments.has("input")) {
    const auto given = extents("input", arguments.text("input"));
    input.shape = Shape(std::span<const std::int64_t>(given));
  }
  if (!input.shape.known()) {
    throw Misuse(fmt::format("luge {}: model={} takes inputs of any length; say which: input=13",
                             arguments.command(), entry.name));
  }
  // A model over ids judges every position.
  const Shape judged = is_floating(entry.dtype) ? Shape{} : input.shape;
  info.fields.set(data::kInput, input);
  info.fields.set(data::kTarget, target_kind(arguments.text("loss.name")) == TargetKind::labels
                                     ? data::Field{i64, judged}
                                     : data::Field{f32, judged.appended(entry.outputs)});
  return info;
}

PlannedStep planned_step(const Arguments& given) {
  const nn::TypesAlone types;
  Arguments arguments = given;
  const models::Entry entry = model_entry(arguments);
  take_defaults(arguments, entry);
  const data::Info info = info_without_data(arguments, entry);
  const std::int64_t rows = arguments.integer("train.batch", 1);
  return {set_up(arguments, entry, info, 1), empty_batch(info, rows), rows};
}

}  // namespace luge::cli
