#include "luge/nn/module.h"

#include <cxxabi.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <typeinfo>
#include <unordered_set>

#include "graph/moved_state.h"
#include "luge/all_or_nothing.h"
#include "luge/nn/layers.h"
#include "luge/nn/observe.h"
#include "luge/ops/sequence.h"
#include "nn/cloning.h"
#include "nn/construction.h"
#include "nn/module_state.h"

namespace luge::nn {
namespace {

/// Calls visit(path, module) for a module and its descendants, each once, parents first.
template <class Visit>
void for_each(const Module& module, const std::string& path, std::unordered_set<const void*>& seen,
              Visit& visit) {
  if (!seen.insert(module.state().get()).second) return;
  visit(path, module);
  for (const auto& child : module.state()->children) {
    for_each(*child.module, path.empty() ? child.name : path + "." + child.name, seen, visit);
  }
}
template <class Visit>
void for_each(const Module& module, Visit visit) {
  std::unordered_set<const void*> seen;
  for_each(module, "", seen, visit);
}

std::vector<NamedVariable> variables(const Module& root, bool buffers) {
  std::vector<NamedVariable> found;
  for_each(root, [&](const std::string& path, const Module& module) {
    for (const auto& cell : module.state()->cells) {
      if (!cell->variable.defined()) {
        throw StateError(fmt::format("{}{} has no {} yet; call the model once or build({{…}})",
                                     path.empty() ? "" : path + ": ", module.describe(), cell->name));
      }
      if (cell->is_buffer != buffers) continue;
      found.push_back({path.empty() ? cell->name : path + "." + cell->name, cell->variable});
    }
  });
  return found;
}

void check_name(const std::string& name, bool taken) {
  if (name.empty() || name.find('.') != std::string::npos) {
    throw ValueError(
        fmt::format("'{}' cannot be a name inside a module; expected one without dots, not empty", name));
  }
  if (taken) throw ValueError(fmt::format("the name '{}' is given twice in one module", name));
}

std::shared_ptr<ParameterCell> add_cell(Module::State& state, std::string name, const Tensor& initial,
                                        bool is_buffer) {
  bool taken = false;
  for (const auto& cell : state.cells) taken |= cell->name == name;
  check_name(name, taken);
  auto cell = std::make_shared<ParameterCell>();
  if (initial.defined()) cell->variable = Variable(initial, name, {.trainable = !is_buffer});
  cell->name = std::move(name);
  cell->is_buffer = is_buffer;
  state.cells.push_back(cell);
  return cell;
}

}  // namespace

Module::Module() : state_(std::make_shared<State>()) {}
Module::Module(const Module& other) : state_(cloning() ? cloned(other.state_) : other.state_) {}
Module::~Module() = default;

std::string Module::type() const {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), std::free);
  const std::string name = status == 0 ? text.get() : typeid(*this).name();
  const auto colon = name.rfind("::");
  return colon == std::string::npos ? name : name.substr(colon + 2);
}

namespace {

std::span<const Tensor> list_of(const Tensor& one) { return {&one, 1}; }
std::span<const Tensor> list_of(const Tensors& several) { return several; }
std::span<const Tensor> list_of(const Padded& padded) { return {&padded.values, 1}; }

Tensor forward_of(const Module& module, const Tensor& x) { return module.forward(x); }
Tensors forward_of(const Module& module, const Tensors& inputs) { return module.forward(inputs); }
Padded forward_of(const Module& module, const Padded& x) {
  x.check();
  if (!current_call()->enters_padding()) return module.forward_padded(x);
  // Once, at the entrance: lengths fit, and what layers make of padded positions is finite, so that it has
  // the gradient 0.
  const Padded checked{x.values, check_lengths(x.length, x.values, x.axis), x.axis};
  return module.forward_padded(checked.with(checked.filled()));
}

std::string names_text(const std::vector<std::string>& names) {
  return fmt::format("{} ({})", names.size(), fmt::join(names, ", "));
}

}  // namespace

// The one line that every call of a module takes, with one tensor or with several.
template <class In, class Out>
Out Module::run(const In& inputs) const {
  const CallFrame frame(*this);
  // A call that fails leaves no trace: what it built, drew and assigned is undone, also in layers that had
  // succeeded.
  std::optional<AllOrNothing> assigned;
  std::optional<random::Mark> drawn;
  std::optional<CallThatMoves> moves;
  if (frame.outermost() && !current_trace()) assigned.emplace(), drawn.emplace(), moves.emplace();
  const auto undo = [&] {
    if (frame.outermost()) construction().undo();
    if (drawn) drawn->take_back();
  };
  try {
    ensure_built(list_of(inputs));
    Out outputs = forward_of(*this, inputs);
    frame.check_registered();
    if (CallObserver* observer = call_observer())
      observer->called(frame.path(), *this, list_of(inputs), list_of(outputs));
    if (moves) moves->keep();  // may fail; what follows may not
    if (frame.outermost()) construction().finish();
    if (assigned) assigned->keep();
    return outputs;
  } catch (const Error&) {
    undo();
    rethrow_with_path(frame);
  } catch (...) {
    undo();
    throw;
  }
}

Tensor Module::operator()(const Tensor& x) const { return run<Tensor, Tensor>(x); }

Tensors Module::operator()(const Tensors& inputs) const { return run<Tensors, Tensors>(inputs); }

Padded Module::call_padded(const Padded& x) const {
  return x.length.defined() ? run<Padded, Padded>(x) : x.with((*this)(x.values));
}

// The two forms of forward stand for each other; a class overrides one of them.
Tensor Module::forward(const Tensor& x) const {
  if (!current_call()->asks_other_form())
    throw StateError("the class overrides no forward; override one of the two");
  Tensors outputs = forward(Tensors{x});
  if (outputs.size() != 1) {
    throw ShapeError(fmt::format("the outputs are {}; call it with a list, net({{x}}), to get all of them",
                                 names_text(output_names())));
  }
  return std::move(outputs[0]);
}

Tensors Module::forward(const Tensors& inputs) const {
  if (inputs.size() != 1) {
    throw ShapeError(
        fmt::format("{} tensors are given; the inputs are {}", inputs.size(), names_text(input_names())));
  }
  if (!current_call()->asks_other_form())
    throw StateError("the class overrides no forward; override one of the two");
  return {forward(inputs[0])};
}

void Module::ensure_built(std::span<const Tensor> inputs) const {
  if (state_->built.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(state_->building);
  if (state_->built.load(std::memory_order_relaxed)) return;
  construction().begin(state_);
  if (!inputs.empty() && state_->metadata.input.rank() == 0 && inputs[0].rank() > 0) {
    state_->metadata.input = inputs[0].shape().without(0);
    state_->metadata.dtype = inputs[0].dtype();
  }
  if (state_->metadata.inputs.empty()) state_->metadata.inputs = specs_of(input_names(), inputs);
  bool waiting = false;
  for (const auto& cell : state_->cells) waiting |= !cell->variable.defined();
  if (waiting) {
    const OutsideTrace outside;
    create_parameters(Tensors(inputs.begin(), inputs.end()));
    for (const auto& cell : state_->cells) {
      if (!cell->variable.defined())
        throw StateError(fmt::format("create_parameters gave '{}' no value", cell->name));
    }
  }
  state_->built.store(true, std::memory_order_release);
}

void Module::create_parameters(const Tensor&) const {}
void Module::create_parameters(const Tensors& inputs) const {
  if (!inputs.empty()) create_parameters(inputs[0]);
}

void Module::create(const Parameter& parameter, const Tensor& initial) const {
  const CallFrame* call = current_call();
  const std::string path = call ? call->path() : "";
  const std::string& name = parameter.cell()->name;
  parameter.cell()->variable =
      Variable(initial, path.empty() ? name : path + "." + name, {.trainable = !parameter.cell()->is_buffer});
  construction().add(initial);
}

void Module::build(const Shape& input, DType dtype) const {
  const Probe probe(*this, mode_now(*state_->mode));
  (*this)(Tensors{argument_leaf({dtype, input.inserted(0, unknown)}, "input")});
}

void Module::build(const NamedTensors& inputs) const {
  const Probe probe(*this, mode_now(*state_->mode));
  const Tensors given = select_inputs(*this, inputs);
  const std::vector<std::string> names = input_names();
  Tensors leaves;
  for (std::size_t k = 0; k < given.size(); ++k)
    leaves.push_back(argument_leaf({given[k].dtype(), given[k].shape()}, names[k]));
  (*this)(leaves);
}

bool Module::built() const {
  bool all = true;
  for_each(*this, [&](const std::string&, const Module& module) {
    for (const auto& cell : module.state()->cells) all &= cell->variable.defined();
  });
  return all;
}

Variables Module::parameters() const {
  Variables result;
  for (NamedVariable& named : named_parameters()) result.push_back(std::move(named.variable));
  return result;
}

std::vector<NamedVariable> Module::named_parameters() const { return variables(*this, false); }
std::vector<NamedVariable> Module::named_buffers() const { return variables(*this, true); }

void Module::set_training(bool training) const {
  for_each(*this, [&](const std::string&, const Module& module) {
    module.state()->mode->on = training;
    module.state()->mode->holder = training ? nullptr : state_.get();
  });
}

void Module::begin_in_eval_mode() const {
  set_training(false);
  for_each(*this, [&](const std::string&, const Module& module) { module.state()->mode->holder = nullptr; });
}

bool Module::training() const {
  state_->uses_mode = true;
  return read_mode(state_->mode);
}

std::optional<LayerText> Module::text() const { return std::nullopt; }
Work Module::work_of(const Tensors&, const Tensors&) const { return work(); }

Model Module::child(std::string name, const Model& layer) {
  add_child(std::move(name), layer.module_, layer.copy_);
  return layer;
}

std::vector<std::pair<std::string, Model>> Module::child_models() const {
  std::vector<std::pair<std::string, Model>> result;
  for (const auto& child : state_->children) result.emplace_back(child.name, Model(child.module, child.copy));
  return result;
}

std::vector<std::pair<std::string, std::shared_ptr<const Module>>> Module::children() const {
  std::vector<std::pair<std::string, std::shared_ptr<const Module>>> result;
  for (const auto& child : state_->children) result.emplace_back(child.name, child.module);
  return result;
}

Parameter Module::parameter(std::string name, const Tensor& initial) {
  return Parameter(add_cell(*state_, std::move(name), initial, false));
}
Parameter Module::buffer(std::string name, const Tensor& initial) {
  return Parameter(add_cell(*state_, std::move(name), initial, true));
}

void Module::add_child(std::string name, std::shared_ptr<const Module> child, Copy copy) {
  bool taken = false;
  for (const auto& other : state_->children) taken |= other.name == name;
  check_name(name, taken);
  state_->children.push_back({std::move(name), std::move(child), copy});
}

}  // namespace luge::nn
