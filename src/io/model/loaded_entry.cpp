// The functions of a loaded file besides its network.
#include <fmt/format.h>

#include <algorithm>

#include "core/nearest.h"
#include "io/model/check_inputs.h"
#include "io/model/content.h"
#include "luge/error.h"
#include "luge/ops/index.h"

namespace luge::nn {
namespace {

std::vector<std::string> names_of(const std::vector<TensorSpec>& specs) {
  std::vector<std::string> names;
  for (const TensorSpec& spec : specs) names.push_back(spec.name);
  return names;
}

Tensor initial_value(const TensorSpec& spec, const Shape& shape, double value) {
  if (is_floating(spec.dtype)) return full(shape, value, spec.dtype);
  if (spec.dtype == DType::boolean) return full(shape, value != 0, spec.dtype);
  return full(shape, static_cast<std::int64_t>(value), spec.dtype);
}

}  // namespace

Tensors Loaded::run_entry(std::size_t number, const Tensors& inputs) const {
  const bool for_evaluation = uses_eval_weights();
  return io::replay(
      content_->entries[number].graph, inputs,
      [&](const std::string& name) { return stored(name, for_evaluation); },
      [&](const std::string& name, const Tensor& value) { write(name, value); });
}

std::vector<Entry> Loaded::entries() const {
  std::vector<Entry> all;
  for (std::size_t k = 0; k < content_->entries.size(); ++k) {
    const io::StoredEntry& stored = content_->entries[k];
    all.push_back({.name = stored.name,
                   .inputs = stored.inputs,
                   .outputs = names_of(stored.outputs),
                   .state = stored.state,
                   .batch_axis = stored.batch_axis,
                   .function = [net = *this, k](const Tensors& inputs) { return net.run_entry(k, inputs); }});
  }
  return all;
}

LoadedEntry Loaded::entry(const std::string& name) const {
  const auto& entries = content_->entries;
  const auto found = std::ranges::find(entries, name, &io::StoredEntry::name);
  if (found != entries.end()) return {*this, static_cast<std::size_t>(found - entries.begin())};
  std::vector<std::string> names;
  for (const io::StoredEntry& entry : entries) names.push_back(entry.name);
  throw ValueError(fmt::format("the file of {} has no entry '{}'{}", type(), name,
                               names.empty() ? "; it has none" : suggestion(name, names)));
}

const std::string& LoadedEntry::name() const { return net_.content_->entries[number_].name; }
const std::vector<TensorSpec>& LoadedEntry::inputs() const { return net_.content_->entries[number_].inputs; }
const std::vector<TensorSpec>& LoadedEntry::outputs() const {
  return net_.content_->entries[number_].outputs;
}
const std::vector<StateSpec>& LoadedEntry::state() const { return net_.content_->entries[number_].state; }
std::int64_t LoadedEntry::batch_axis() const { return net_.content_->entries[number_].batch_axis; }

NamedTensors LoadedEntry::operator()(const NamedTensors& given) const {
  const std::string who = fmt::format("entry '{}': ", name());
  const Tensors values = io::select_inputs(who, inputs(), given);
  io::check_inputs(who, inputs(), values, batch_axis());
  return {names_of(outputs()), net_.run_entry(number_, values)};
}

NamedTensors LoadedEntry::initial_state(std::int64_t rows) const {
  if (rows < 0)
    throw ValueError(fmt::format("entry '{}': a state of {} rows; expected 0 or more", name(), rows));
  NamedTensors values;
  for (const StateSpec& spec : state()) {
    const TensorSpec& input = *std::ranges::find(inputs(), spec.from, &TensorSpec::name);
    Shape shape = input.shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] == unknown) shape = shape.with(axis, axis == batch_axis() ? rows : 0);
    }
    values.set(spec.from, initial_value(input, shape, spec.initial));
  }
  return values;
}

NamedTensors LoadedEntry::next_state(const NamedTensors& given) const {
  NamedTensors values;
  for (const StateSpec& spec : state()) values.set(spec.from, given[spec.to]);
  return values;
}

NamedTensors LoadedEntry::reorder(const NamedTensors& given, const Tensor& rows) const {
  if (batch_axis() < 0)
    throw ValueError(fmt::format("entry '{}' has no batch axis, so its state has no rows", name()));
  NamedTensors values;
  for (const StateSpec& spec : state())
    values.set(spec.from, take(given[spec.from], rows, static_cast<int>(batch_axis())));
  return values;
}

}  // namespace luge::nn
