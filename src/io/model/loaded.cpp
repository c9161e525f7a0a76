#include <fmt/format.h>
#include <fmt/ranges.h>

#include "graph/trace.h"
#include "io/model/check_inputs.h"
#include "io/model/content.h"
#include "luge/error.h"
#include "luge/io/model_file.h"

namespace luge::nn {
namespace {

using Role = Loaded::Content::Role;

struct Leaf {
  const Tensor* value;
  Role role;
};

// "block1.conv.weight" as children and their parameters.
struct Tree {
  std::map<std::string, Tree> groups;
  std::map<std::string, Leaf> values;

  void add(const std::string& path, const Leaf& leaf) {
    const auto dot = path.find('.');
    if (dot == std::string::npos) {
      values.emplace(path, leaf);
    } else {
      groups[path.substr(0, dot)].add(path.substr(dot + 1), leaf);
    }
  }
};

using Parameters = std::map<std::string, Parameter>;

struct Group : Module {
  Group(const Tree& tree, const std::string& path, Parameters& found) {
    for (const auto& [name, entry] : tree.values) {
      found.emplace(path + name, named(entry.role == Role::buffer ? buffer(name, *entry.value)
                                                                  : parameter(name, *entry.value),
                                       path + name, entry.role));
    }
    for (const auto& [name, group] : tree.groups) child(name, Group(group, path + name + ".", found));
  }
  Tensor forward(const Tensor&) const override {
    throw StateError("a part of a loaded network cannot be called alone");
  }

  static Parameter named(const Parameter& parameter, const std::string& path, Role role) {
    Variable variable = parameter.variable();
    variable.set_name(path);
    if (role == Role::frozen) variable.set_trainable(false);
    return parameter;
  }
};

}  // namespace

struct Loaded::EvalWeights {
  std::shared_ptr<Mode> valid = std::make_shared<Mode>();  // until one of the parameters is assigned
  std::map<std::string, NamedVariable> of;                 // by the names of the parameters
};

Loaded::Loaded(std::shared_ptr<const Content> content) : content_(std::move(content)) {
  Tree tree;
  for (const auto& [name, value] : content_->state) {
    const auto role = content_->roles.find(name);
    tree.add(name, {&value, role == content_->roles.end() ? Role::trainable : role->second});
  }
  for (const auto& [name, entry] : tree.values) {
    parameters_.emplace(name, Group::named(entry.role == Role::buffer ? buffer(name, *entry.value)
                                                                      : parameter(name, *entry.value),
                                           name, entry.role));
  }
  for (const auto& [name, group] : tree.groups) child(name, Group(group, name + ".", parameters_));
  if (!content_->eval_weights.empty()) {
    eval_weights_ = std::make_shared<EvalWeights>();
    for (const auto& [name, weight] : content_->eval_weights) {
      const auto& [stored_name, value] = weight;
      eval_weights_->of[name] = {stored_name, Variable(value, stored_name, {.trainable = false})};
    }
    watch_assignments();
  }
  set_metadata(content_->metadata);
  begin_in_eval_mode();
}

// A clone has parameters of its own, and so weights for evaluation of its own.
Loaded::Loaded(const Loaded& other)
    : Layer<Loaded>(other),
      content_(other.content_),
      parameters_(other.parameters_),
      eval_weights_(other.eval_weights_) {
  if (!eval_weights_ || state() == other.state()) return;
  eval_weights_ = std::make_shared<EvalWeights>();
  eval_weights_->valid->on = other.eval_weights_->valid->on.load();
  for (const auto& [name, weight] : other.eval_weights_->of) {
    Variable own(weight.variable.value(), weight.name, {.trainable = false});
    eval_weights_->of[name] = {weight.name, std::move(own)};
  }
  watch_assignments();
}

void Loaded::watch_assignments() {
  for (const auto& [name, weight] : eval_weights_->of)
    parameters_.at(name).variable().slot()->until_assigned = eval_weights_->valid;
}

std::string Loaded::type() const {
  return content_->metadata.name.empty() ? "Loaded" : content_->metadata.name;
}

namespace {

std::vector<std::string> names_of(const std::vector<TensorSpec>& specs, const char* usual) {
  if (specs.empty()) return {usual};
  std::vector<std::string> names;
  for (const TensorSpec& spec : specs) names.push_back(spec.name);
  return names;
}

}  // namespace

std::vector<std::string> Loaded::input_names() const { return names_of(content_->metadata.inputs, "input"); }
std::vector<std::string> Loaded::output_names() const {
  return names_of(content_->metadata.outputs, "output");
}

bool Loaded::uses_eval_weights() const { return eval_weights_ && read_mode(eval_weights_->valid); }

std::vector<std::pair<Variable, NamedVariable>> Loaded::eval_weights() const {
  std::vector<std::pair<Variable, NamedVariable>> pairs;
  if (!uses_eval_weights()) return pairs;
  for (const auto& [name, weight] : eval_weights_->of)
    pairs.emplace_back(parameters_.at(name).variable(), weight);
  return pairs;
}

Tensor Loaded::stored(const std::string& name, bool for_evaluation) const {
  if (for_evaluation) {
    if (const auto weight = eval_weights_->of.find(name); weight != eval_weights_->of.end())
      return weight->second.variable.value();
  }
  const auto parameter = parameters_.find(name);
  return parameter != parameters_.end() ? parameter->second.value() : content_->constants.at(name);
}

void Loaded::write(const std::string& name, const Tensor& value) const {
  if (is_floating(value.dtype())) watch(value, name);
  parameters_.at(name).assign(value);
}

// The stored graph moves statistics or does not; it cannot do the other.
void Loaded::check_freezing(const std::string& written) const {
  const auto dot = written.rfind('.');
  const std::string group = dot == std::string::npos ? "" : written.substr(0, dot + 1);
  bool frozen = false, frozen_in_file = true;
  for (auto each = parameters_.lower_bound(group); each != parameters_.end(); ++each) {
    const std::string& name = each->first;
    if (!name.starts_with(group)) break;
    if (name.find('.', group.size()) != std::string::npos || each->second.cell()->is_buffer) continue;
    if (each->second.variable().trainable()) return;
    frozen = true;
    frozen_in_file &= content_->roles.contains(name);
  }
  if (frozen && !frozen_in_file) {
    throw StateError(fmt::format(
        "'{}' is moved by the graph of the file, and so cannot be frozen in a loaded network; freeze it in "
        "the "
        "network of your code and read the weights into that, or train with the loaded network in eval mode",
        written));
  }
}

Tensors Loaded::forward(const Tensors& inputs) const {
  const bool train = training();
  const io::Recording& graph = train ? content_->train : content_->eval;
  if (inputs.size() != graph.inputs) {
    throw ShapeError(fmt::format("{} tensors are given; the inputs are {} ({})", inputs.size(), graph.inputs,
                                 fmt::join(input_names(), ", ")));
  }
  // What the metadata say may have been changed since.
  if (const auto& specs = metadata().inputs; specs.size() == inputs.size())
    io::check_inputs("", specs, inputs, 0);
  const bool for_evaluation = !train && uses_eval_weights();
  return io::replay(
      graph, inputs, [&](const std::string& name) { return stored(name, for_evaluation); },
      [&](const std::string& name, const Tensor& value) {
        if (train) check_freezing(name);
        write(name, value);
      });
}

Loaded load(const std::string& path) { return io::read_model(path).net; }

}  // namespace luge::nn
