// load: a network from a file, without the code that defined it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "luge/named_tensors.h"
#include "luge/nn/entry.h"
#include "luge/nn/module.h"

namespace luge::nn {

class LoadedEntry;

/// A network that runs the graph of its file. Its parameters have the names that they had when the file was
/// written. In train mode it runs the graph of train mode, with dropout for example; in eval mode it runs the
/// graph of eval mode. Statistics that were frozen when the file was written stay frozen; freezing other ones
/// throws StateError in train mode. Inputs that the file describes are checked: a call throws DTypeError or
/// ShapeError that names the input.
class Loaded : public Layer<Loaded> {
 public:
  struct Content;  // internal
  /// Internal: use load.
  explicit Loaded(std::shared_ptr<const Content> content);
  Loaded(const Loaded& other);
  Loaded(Loaded&&) noexcept = default;
  Loaded& operator=(const Loaded&) = default;
  Loaded& operator=(Loaded&&) noexcept = default;
  ~Loaded() override = default;

  using Module::forward;
  Tensors forward(const Tensors& inputs) const override;
  std::vector<std::string> input_names() const override;
  std::vector<std::string> output_names() const override;
  std::string type() const override;

  /// Returns the functions that the file holds besides the network. They can be saved again.
  std::vector<Entry> entries() const override;
  /// Returns one of them, which shares the parameters of this network. Throws ValueError that lists the names
  /// when the file has none of this name.
  ///
  ///     nn::LoadedEntry step = net.entry("decode_step");
  LoadedEntry entry(const std::string& name) const;

  /// Returns the parameters for which the file has other values for evaluation, such as averages over the
  /// training, each with these values. Eval mode and entries use them, train mode does not. As soon as one of
  /// the parameters is assigned, or a compiled step changes it, eval mode uses the parameters themselves, and
  /// the list is empty.
  std::vector<std::pair<Variable, NamedVariable>> eval_weights() const;

 private:
  friend class LoadedEntry;
  struct EvalWeights;
  void watch_assignments();
  bool uses_eval_weights() const;
  Tensor stored(const std::string& name, bool for_evaluation) const;
  void write(const std::string& name, const Tensor& value) const;
  void check_freezing(const std::string& written) const;
  Tensors run_entry(std::size_t number, const Tensors& inputs) const;

  std::shared_ptr<const Content> content_;
  std::map<std::string, Parameter> parameters_;
  std::shared_ptr<EvalWeights> eval_weights_;  // null: there are none
};

/// A function of a model file besides the network: NamedTensors in, NamedTensors out. The caller keeps its
/// state.
///
///     NamedTensors state = step.initial_state(4);
///     for (…) {
///       NamedTensors in = state;
///       in.set("token", token);
///       const NamedTensors out = step(in);
///       state = step.next_state(out);
///     }
class LoadedEntry {
 public:
  /// Internal: use Loaded::entry.
  LoadedEntry(Loaded net, std::size_t number) : net_(std::move(net)), number_(number) {}

  /// Returns the name.
  const std::string& name() const;
  /// Returns the inputs, those with state included. An unknown extent may differ from call to call.
  const std::vector<TensorSpec>& inputs() const;
  /// Returns the outputs.
  const std::vector<TensorSpec>& outputs() const;
  /// Returns the inputs that carry state, and the outputs that they come from.
  const std::vector<StateSpec>& state() const;
  /// Returns the axis along which samples lie; -1 when there is none.
  std::int64_t batch_axis() const;

  /// Computes the outputs. Tensors that are not inputs are left alone. Throws ValueError that names a missing
  /// input, and DTypeError or ShapeError that names an input which does not match.
  NamedTensors operator()(const NamedTensors& inputs) const;
  /// Returns the state before the first call for `rows` samples. Other unknown extents begin as 0: a cache
  /// that grows is empty. Throws ValueError for a negative number of rows.
  NamedTensors initial_state(std::int64_t rows) const;
  /// Returns the state for the next call: outputs under the names of the inputs that they go to. Throws
  /// ValueError that names a missing output.
  NamedTensors next_state(const NamedTensors& outputs) const;
  /// Returns a state whose row k is row rows[k] of `state`, as beam search chooses the beams that go on; a
  /// row may be chosen several times. `rows` is [n] of any integer dtype. Throws ValueError that names a
  /// missing state and when there is no batch axis, and IndexError when it is evaluated for a row that does
  /// not exist.
  NamedTensors reorder(const NamedTensors& state, const Tensor& rows) const;

 private:
  Loaded net_;
  std::size_t number_;
};

/// Reads a network that Module::save or a checkpoint of a training wrote. The network is in eval mode. Throws
/// FileError when the file cannot be read. Throws FormatError naming the file and the position when it is
/// damaged, and when it has an op that this version does not know, or a newer version of an op.
///
///     auto net = nn::load("lenet5.safetensors");
///     Tensor probabilities = net.predict(image);
Loaded load(const std::string& path);

}  // namespace luge::nn
