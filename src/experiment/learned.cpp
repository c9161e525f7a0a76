#include "experiment/learned.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "experiment/task.h"
#include "luge/data/augment.h"
#include "luge/data/batches.h"
#include "luge/data/named_features.h"
#include "luge/data/picture_fields.h"
#include "luge/data/sources.h"
#include "luge/data/table.h"
#include "luge/data/unknown_text.h"
#include "luge/error.h"
#include "luge/loss/loss.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"

namespace luge::experiment {
namespace {

constexpr std::int64_t kBatch = 256;

// The raw value as networks of files without a recipe are given it.
data::HostArray scaled(const nn::Metadata& metadata, const data::HostArray& raw) {
  const auto at = [](const std::vector<float>& list, std::size_t k) {
    return list[list.size() == 1 ? 0 : k];
  };
  data::HostArray value = raw;
  const std::span<float> numbers = value.as<float>();
  const std::size_t groups = std::max(metadata.offset.size(), metadata.scale.size());
  const std::size_t length = std::max<std::size_t>(1, numbers.size() / groups);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = (numbers[i] - at(metadata.offset, i / length)) * at(metadata.scale, i / length);
  return value;
}

NamedTensors outputs_of(const nn::Loaded& net, const data::HostBatch& batch) {
  const nn::Probe probe(net, false);
  const NamedTensors fields = batch.to_tensors();
  NamedTensors inputs;
  for (const std::string& name : net.input_names()) {
    const Tensor& value = fields[name];
    inputs.set(
        name, name == data::kInput && is_floating(value.dtype()) ? cast(value, net.metadata().dtype) : value);
  }
  return net(inputs);
}

// The default interpretation of a task: the outputs as they are.
class AsTheyAre final : public train::Task {
 public:
  std::string name() const override { return ""; }
  std::vector<train::Objective> objectives(const nn::Model&) const override { return {}; }
};

}  // namespace

tasks::Learned learned(const nn::Metadata& metadata, const options::Values& values) {
  if (!metadata.task.empty()) return tasks::of(metadata, values);
  for (const std::string& name : loss::names()) {
    if (loss::named(name).outputs() != metadata.output) continue;
    const train::TaskRef task = tasks::make(task_for(metadata.output), {.loss = name, .values = values});
    const train::TaskRef completed = task->with(metadata);
    return {completed ? completed : task, {}, ""};
  }
  return tasks::of(metadata);
}

bool reads_text(const nn::Metadata& metadata) {
  const std::vector<std::string> known = tasks::names();
  return std::find(known.begin(), known.end(), metadata.task) != known.end() && reads_text(metadata.task);
}

bool reads_cells(const nn::Metadata& metadata) {
  if (metadata.recipe.empty()) return false;
  const auto input = data::raw_input(data::Recipe::from_json(metadata.recipe));
  return input && input->cells;
}

std::optional<data::PictureOptions> pictures_of(const nn::Metadata& metadata) {
  if (metadata.recipe.empty()) return std::nullopt;
  return data::picture_options(data::Recipe::from_json(metadata.recipe));
}

std::optional<Shape> picture_shape(const nn::Metadata& metadata, const data::Record& picture) {
  if (metadata.recipe.empty()) return std::nullopt;
  const data::Dataset one = data::records({picture});
  const data::Dataset sized = data::steps::with_picture_sizes(data::Recipe::from_json(metadata.recipe), one);
  if (sized.source() == one.source()) return std::nullopt;
  return sized.info().input().shape;
}

nn::Metadata of_raw_data(const nn::Metadata& metadata) {
  nn::Metadata raw = metadata;
  if (metadata.recipe.empty()) return raw;
  if (const auto input = data::raw_input(data::Recipe::from_json(metadata.recipe))) {
    raw.input = input->shape;
    raw.features = input->features;
  }
  return raw;
}

data::Record prepared_record(const tasks::Learned& learned, const nn::Metadata& metadata, data::Record raw) {
  if (!learned.recipe.empty()) return learned.recipe.prediction(std::move(raw));
  if (const data::HostArray* input = raw.find(data::kInput)) raw.set(data::kInput, scaled(metadata, *input));
  return raw;
}

data::Dataset prepared(const tasks::Learned& learned, const nn::Metadata& metadata,
                       const data::Dataset& samples) {
  const auto input = samples.info().fields.find(data::kInput);
  if (learned.recipe.empty() || input)
    check_shape(of_raw_data(metadata), data::steps::with_picture_sizes(learned.recipe, samples));
  return learned.recipe.empty() ? scaled_for(metadata, samples) : learned.recipe.evaluation(samples);
}

namespace {

// Boxes and points as they lie in the raw picture, before a letterbox.
data::Record in_raw_picture(const tasks::Learned& learned, const data::Record& raw, data::Record said) {
  const data::HostArray* picture = raw.find(data::kInput) ? raw.find(data::kInput) : raw.find(data::kImage);
  const data::HostArray* boxes = said.find(data::kBoxes);
  const data::HostArray* points = said.find(data::kPoints);
  if (!picture || (!boxes && !points) || picture->field.shape.rank() != 3) return said;
  const data::steps::BeforeSizes before(learned.recipe, picture->field.shape);
  if (boxes) said.set(data::kBoxes, before.boxes(*boxes));
  if (points) said.set(data::kPoints, before.points(*points));
  return said;
}

// What is wrong with the record is told with the name of the input: the line of a table.
data::Record prepared_of(const tasks::Learned& learned, const nn::Metadata& metadata, const RawInput& input) {
  constexpr std::string_view kRecord = "the record: ";
  try {
    return prepared_record(learned, metadata, input.record);
  } catch (const FormatError& error) {
    const std::string_view what = error.what();
    if (!what.starts_with(kRecord)) throw;
    throw FormatError(fmt::format("{}: {}", input.name, what.substr(kRecord.size())));
  }
}

}  // namespace

std::vector<data::Record> predict(const nn::Loaded& net, const tasks::Learned& learned, RawInputs& inputs,
                                  const Poll& poll) {
  const train::TaskRef task = learned.task ? learned.task : std::make_shared<AsTheyAre>();
  std::vector<data::Record> records;
  std::vector<RawInput> predicted;
  for (RawInput& input : inputs.inputs) {
    poll();
    if (const std::string column = data::drops_for(learned.recipe, input.record); !column.empty()) {
      inputs.left_out.push_back(fmt::format("{}: the cell of column '{}' is missing", input.name, column));
      continue;
    }
    data::add_unknown(learned.recipe, input.record, input.unknown);
    if (std::optional<data::Record> said = task->predict(net, input.record)) {
      records.push_back(std::move(*said));
    } else {
      data::Record ready;
      try {
        ready = prepared_of(learned, net.metadata(), input);
      } catch (const FormatError& error) {
        if (input.line == 0) throw;
        inputs.bad.emplace_back(error.what());
        continue;
      }
      const data::Batches one = data::records({std::move(ready)}).batch(1);
      const data::HostBatch batch = *one.epoch(0).next();
      data::Record answer = task->interpret(outputs_of(net, batch), batch).at(0);
      records.push_back(in_raw_picture(learned, input.record, std::move(answer)));
    }
    predicted.push_back(std::move(input));
  }
  inputs.inputs = std::move(predicted);
  return records;
}

train::Evaluation measure(const nn::Model& net, const train::TaskRef& task, const data::Dataset& samples) {
  nn::Metadata scratch = net->metadata();
  task->describe(samples.info(), scratch);  // refuses metrics that cannot be measured
  return train::Trainer(net, task, optim::GradientDescent(1)).evaluate(samples.batch(kBatch));
}

}  // namespace luge::experiment
