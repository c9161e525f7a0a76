#include "luge/nn/branches.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/nn/layers.h"
#include "luge/nn/merge.h"
#include "luge/nn/sequential.h"
#include "nn/module_state.h"

namespace luge::nn {
namespace {

Tensor call(const Module& layer, const Tensors& inputs) {
  return inputs.size() == 1 ? layer(inputs[0]) : layer(inputs)[0];
}

Padded call(const Module& layer, const std::vector<Padded>& inputs) {
  if (inputs.size() == 1) return layer(inputs[0]);
  Tensors values;
  bool padded = false;
  for (const Padded& each : inputs) values.push_back(each.values), padded |= each.length.defined();
  if (!padded) return {layer(values)[0], {}};
  if (const auto* merge = dynamic_cast<const Merge*>(&layer)) return merge->merge_padded(inputs);
  throw ValueError(fmt::format("{} does not say what it does with several padded inputs", layer.describe()));
}

}  // namespace

Branches::Branches(const std::vector<Branch>& layers, const BranchesOptions& options) : options_(options) {
  if (const auto problem = problem_of(layers, options)) {
    const bool of_layer = problem->in == BranchProblem::In::layer || problem->in == BranchProblem::In::from;
    throw ValueError(of_layer
                         ? fmt::format("Branches: layer {}: {}", layers[problem->index].name, problem->text)
                         : fmt::format("Branches: {}", problem->text));
  }
  std::vector<std::string> known = options.inputs;
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(known.begin(), known.end(), name) - known.begin());
  };
  for (std::size_t k = 0; k < layers.size(); ++k) {
    child(layers[k].name, layers[k].layer);
    from_.push_back(layers[k].from);
    if (from_.back().empty()) from_.back() = {k > 0 ? layers[k - 1].name : options.inputs[0]};
    sources_.emplace_back();
    for (const std::string& name : from_[k]) sources_.back().push_back(index_of(name));
    known.push_back(layers[k].name);
  }
  if (options.outputs.empty()) results_ = {known.size() - 1};
  for (const std::string& name : options.outputs) results_.push_back(index_of(name));
}

std::vector<std::string> Branches::output_names() const {
  return options_.outputs.empty() ? Module::output_names() : options_.outputs;
}

template <class Value>
std::vector<Value> Branches::run(std::vector<Value> values) const {
  const auto& children = state()->children;
  for (std::size_t k = 0; k < children.size(); ++k) {
    std::vector<Value> inputs;
    for (const std::size_t source : sources_[k]) inputs.push_back(values[source]);
    values.push_back(call(*children[k].module, inputs));
  }
  std::vector<Value> outputs;
  for (const std::size_t result : results_) outputs.push_back(values[result]);
  return outputs;
}

Tensors Branches::forward(const Tensors& inputs) const {
  if (inputs.size() != options_.inputs.size()) return Module::forward(inputs);  // says how many there are
  return run(inputs);
}

Padded Branches::forward_padded(const Padded& x) const {
  if (options_.inputs.size() != 1 || results_.size() != 1) return Module::forward_padded(x);
  return run(std::vector<Padded>{x})[0];
}

std::vector<Branch> Branches::layers() const {
  std::vector<Branch> all;
  const auto children = child_models();
  for (std::size_t k = 0; k < children.size(); ++k)
    all.push_back({children[k].first, children[k].second, from_[k]});
  return all;
}

std::optional<LayerText> Branches::text() const {
  if (input_names() != Module::input_names() || !options_.outputs.empty()) return std::nullopt;
  std::optional<LayerText> text = Sequential().text();  // a block, too
  text->parts = {{"layer", Model(*this)}};
  return text;
}

}  // namespace luge::nn
