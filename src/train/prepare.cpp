// Trainer::prepare: the parameters, the optimizers' state, and what the network's file says of its data.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "luge/data/collate.h"
#include "luge/error.h"
#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

// Names of network and training must be distinct: tensors with equal names could not be saved.
void check_names(const std::vector<nn::NamedVariable>& state) {
  std::set<std::string_view> names;
  for (const auto& [name, variable] : state) {
    if (names.insert(name).second) continue;
    throw ValueError(fmt::format("Trainer: two tensors are named '{}'; names must differ to be saved", name));
  }
}

// A batch whose values do not matter, with the fields that batches of such data have by default.
data::Batch typical_batch(const data::Schema& fields) {
  constexpr std::int64_t kRows = 2, kExtent = 8;
  data::Batch batch;
  for (const auto& [name, field] : fields) {
    if (field.text) continue;
    Shape shape = field.shape.inserted(0, kRows);
    std::int64_t ragged = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] == unknown) shape = shape.with(axis, kExtent), ++ragged;
    }
    batch.set(name, zeros(shape, field.dtype));
    if (ragged > 0)
      batch.set(name + data::kLength, full(ragged == 1 ? Shape{kRows} : Shape{kRows, ragged}, kExtent, i64));
  }
  return batch;
}

bool has_inputs(const nn::Module& net, const data::Batch& batch) {
  const std::vector<std::string> names = net.input_names();
  return std::all_of(names.begin(), names.end(), [&](const auto& name) { return batch.contains(name); });
}

// Whether the network itself can be called with such a field. A task may give the field to a part of it.
bool takes(const nn::Module& net, const data::Field& field) {
  const nn::Probe probe(net, false);
  const nn::TypesAlone types;
  try {
    net(Tensors{graph::placeholder(field.dtype, field.shape.inserted(0, unknown), "input")});
    return true;
  } catch (const Error&) {
    return false;
  }
}

// The input with a height and a width that may differ from call to call; empty where the network needs those
// that it has.
std::vector<nn::TensorSpec> any_extents(const nn::Module& net, const std::string& name,
                                        const nn::Metadata& metadata) {
  if (metadata.input.rank() != 3) return {};
  const nn::TensorSpec any{name, metadata.dtype, {unknown, metadata.input[0], unknown, unknown}};
  const nn::TypesAlone types;
  try {
    for (const bool training : {false, true}) {
      const nn::Probe probe(net, training);
      net(Tensors{graph::placeholder(any.dtype, any.shape, name)});
    }
    return {any};
  } catch (const Error&) {
    return {};
  }
}

// Inputs of several names, with the extents that may differ from call to call: those of rows, and of fields
// that are padded. Empty where one of them is not a field of the data.
std::vector<nn::TensorSpec> specs_of_fields(const nn::Module& net, const data::Schema& fields) {
  std::vector<nn::TensorSpec> specs;
  for (const std::string& name : net.input_names()) {
    const bool length = name.ends_with(data::kLength);
    const auto found = fields.find(length ? name.substr(0, name.rfind('.')) : name);
    if (!found) return {};
    const data::Field& field = fields[*found];
    std::int64_t ragged = 0;
    for (int axis = 0; axis < field.shape.rank(); ++axis) ragged += field.shape[axis] == unknown;
    if (!length) {
      specs.push_back({name, field.dtype, field.shape.inserted(0, unknown)});
    } else if (ragged > 0) {
      specs.push_back({name, i64, ragged == 1 ? Shape{unknown} : Shape{unknown, ragged}});
    } else {
      return {};
    }
  }
  return specs;
}

// A network whose task calls its parts in another way than forward does is built by that.
void build_by_objectives(const nn::Model& net, const Steps& steps, const data::Batch& batch) {
  const nn::Probe probe(*net, true);
  const Pass pass(net, batch, true);
  for (const Trained& each : steps.trained()) each.objective.loss(pass);
}

}  // namespace

void Trainer::prepare(const data::Info& info) {
  Impl& impl = *impl_;
  const std::vector<std::string> inputs = impl.net->input_names();
  const bool one = inputs.size() == 1 && info.fields.find(inputs[0]).has_value();
  if (!impl.net->built() && one) {
    const data::Field& field = info.fields.at(inputs[0]);
    impl.net->build(field.shape, field.dtype);
  }
  const data::Batch batch = typical_batch(info.fields);
  if (!impl.net->built() && has_inputs(*impl.net, batch)) impl.net->build(batch.tensors());
  if (!impl.net->built()) build_by_objectives(impl.net, impl.steps, batch);
  impl.track();
  check_names(impl.state());
  nn::Metadata metadata = impl.net->metadata();
  metadata.data = info.name;
  if (one && takes(*impl.net, info.fields.at(inputs[0]))) {
    metadata.input = info.fields.at(inputs[0]).shape;  // the first call may have had other inputs
    metadata.dtype = info.fields.at(inputs[0]).dtype;
  }
  if (auto specs = specs_of_fields(*impl.net, info.fields); inputs.size() > 1 && !specs.empty())
    metadata.inputs = std::move(specs);
  if (info.preprocessing) {
    metadata.offset = info.preprocessing->offset;
    metadata.scale = info.preprocessing->scale;
  }
  metadata.classes = info.classes;
  metadata.features = info.features;
  metadata.target = info.target_name;
  metadata.task.clear();  // of an earlier training
  metadata.task_options.clear();
  metadata.output = nn::Output::values;
  impl.task->describe(info, metadata);
  if (impl.task->takes_any_extents() && one) metadata.inputs = any_extents(*impl.net, inputs[0], metadata);
  for (metrics::HostMetric& metric : impl.host_metrics) metric = metric.of_classes(metadata.classes);
  impl.net->set_metadata(std::move(metadata));
}

}  // namespace luge::train
