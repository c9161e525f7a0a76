// Module: what a layer, a block and a whole network are.
//
//   struct ResidualBlock : nn::Module {
//     explicit ResidualBlock(int64_t filters) : filters(filters) {}
//     int64_t filters;
//     nn::Conv2d conv1 = child("conv1", nn::Conv2d(filters, {.kernel = 3, .padding = nn::same}));
//     nn::Conv2d conv2 = child("conv2", nn::Conv2d(filters, {.kernel = 3, .padding = nn::same}));
//     Tensor forward(const Tensor& x) const override { return relu(x + conv2(relu(conv1(x)))); }
//   };
//
// A network with several inputs or outputs names them and overrides the other forward:
//
//   struct Translator : nn::Module {
//     std::vector<std::string> input_names() const override { return {"source", "target"}; }
//     Tensors forward(const Tensors& in) const override { return {decoder(encoder(in[0]), in[1])}; }
//   };
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/named_tensors.h"
#include "luge/nn/entry.h"
#include "luge/nn/metadata.h"
#include "luge/nn/padded.h"
#include "luge/nn/parameter.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::nn {

/// A Variable with its path in a network.
struct NamedVariable {
  std::string name;   ///< the path, such as "block1.conv.weight"
  Variable variable;  ///< the Variable
};

/// How much work a layer takes, for summaries. Where all outputs take the same work, the first three members
/// say it for one output.
struct Work {
  std::int64_t fan_in = 0;  ///< the number of inputs that one output depends on
  bool bias = false;        ///< a bias is added to each output
  bool multiplies = false;  ///< each input is multiplied by a weight, which counts as a multiply-add
  std::optional<std::int64_t> macs = {};  ///< multiply-adds of a sample, if not outputs · fan_in
  std::optional<std::int64_t> connections =
      {};  ///< connections of a sample, if not outputs · (fan_in + bias)
};

class Model;
struct LayerText;

/// Base class of layers, blocks and networks. A module is a handle: copies share parameters, children and
/// train/eval mode; nn::clone makes an independent copy. The shapes of parameters are found at the first call
/// or by build(). Several threads may call a module at the same time.
class Module {
 public:
  struct State;  // internal: what copies share

  Module();
  Module(const Module& other);
  Module(Module&& other) noexcept = default;
  Module& operator=(const Module& other) = default;
  Module& operator=(Module&& other) noexcept = default;
  virtual ~Module();

  /// Runs forward on x [N,…]. The first call creates the parameters, in the dtype of x. Errors begin with the
  /// path of the layer that threw them. Throws StateError when forward calls a layer that has parameters or a
  /// mode but was not registered with child() or sequential(), and ShapeError naming the inputs or outputs of
  /// a module that does not take or return exactly one tensor.
  Tensor operator()(const Tensor& x) const;
  /// Runs forward on inputs in the order of input_names(): net({words, picture}). Otherwise as above.
  Tensors operator()(const Tensors& inputs) const;
  /// Runs forward on inputs by their names; tensors that are not inputs are left alone, so that a data::Batch
  /// may be given. Returns the outputs with their names. Throws ValueError that names a missing input. Where
  /// the only input "x" has lengths "x.length", it is taken as Padded, and the lengths of an output "y" are
  /// "y.length". A module with several inputs names those lengths that it needs; other lengths of its inputs
  /// throw ValueError, because padding would be taken for data.
  NamedTensors operator()(const NamedTensors& inputs) const;
  /// Runs forward_padded on sequences of different lengths; values beyond the lengths become 0 first. Without
  /// lengths it runs forward. Otherwise as above.
  template <std::same_as<Padded> P>  // a template, so that net({a, b}) means two inputs
  P operator()(const P& x) const {
    return call_padded(x);
  }

  /// Returns the names of the inputs. Files, sessions and trainers address inputs by them.
  virtual std::vector<std::string> input_names() const { return {"input"}; }
  /// Returns the names of the outputs.
  virtual std::vector<std::string> output_names() const { return {"output"}; }

  /// Returns the inputs in order, as build() or the first call has seen them: names, dtypes and shapes with
  /// their batch axes. Throws StateError that names an input which the metadata do not describe.
  std::vector<TensorSpec> input_specs() const;

  /// Creates all parameters for inputs of this shape, which has no batch axis: net.build({1, 28, 28}). Throws
  /// what the layers throw for an input that does not match.
  void build(const Shape& input, DType dtype = f32) const;
  /// Creates all parameters for inputs of the shapes and dtypes of these, whose values are not used: a
  /// data::Batch, or placeholders. Throws as operator() does.
  void build(const NamedTensors& inputs) const;
  /// Returns true when all parameters have been created.
  bool built() const;

  /// Returns all parameters, frozen ones too, in the order of registration: those of a module come before
  /// those of its children. Throws StateError naming a layer that has not been built.
  Variables parameters() const;
  /// Returns the parameters whose paths match a pattern such as "generator.*"; nn::matches says how. Throws
  /// ValueError that suggests a pattern when there are none, and StateError as above.
  Variables parameters(std::string_view pattern) const;
  /// Returns parameters() with their paths.
  std::vector<NamedVariable> named_parameters() const;
  /// Returns parameters(pattern) with their paths. Throws as parameters(pattern).
  std::vector<NamedVariable> named_parameters(std::string_view pattern) const;
  /// Returns the state that no optimizer changes, such as running statistics, with its paths. Throws
  /// StateError naming a layer that has not been built.
  std::vector<NamedVariable> named_buffers() const;
  /// Freezes all parameters, or makes them trainable again. Optimizers do not change frozen parameters. A
  /// normalization all of whose parameters are frozen also freezes its running statistics: in train mode,
  /// too, it normalizes with them and does not change them. Dropout in a frozen part stays active in train
  /// mode. What is frozen is saved with the network. Throws StateError naming a layer that has not been
  /// built.
  void set_trainable(bool trainable) const;
  /// Does the same for the parameters whose paths match a pattern: net.set_trainable("features.*", false).
  /// Throws ValueError that suggests a pattern when there are none, and StateError as above.
  void set_trainable(std::string_view pattern, bool trainable) const;
  /// Returns true when the module has parameters of its own, those of children not counted, and none of them
  /// is trainable. A forward that moves statistics asks it; a compiled function that asked is traced again
  /// after a change.
  bool frozen() const;

  /// Sets train or eval mode of this module and all its children. Train mode is on at first; dropout, for
  /// example, acts in train mode only. A part that was put into eval mode by its own set_training(false)
  /// stays in eval mode while a Trainer fits the whole network, and is saved so. The next set_training of the
  /// whole network changes it again. Parameters are frozen by set_trainable, not by eval mode.
  void set_training(bool training) const;
  /// Sets train mode: set_training(true).
  void train() const { set_training(true); }
  /// Sets eval mode: set_training(false).
  void eval() const { set_training(false); }
  /// Returns true in train mode.
  bool training() const;

  /// Returns the registered children with their names.
  std::vector<std::pair<std::string, std::shared_ptr<const Module>>> children() const;

  /// Returns what is known about the network besides its graph. The shape of the input is found at the first
  /// call.
  const Metadata& metadata() const;
  /// Replaces the metadata.
  void set_metadata(Metadata metadata) const;
  /// Writes weights, graphs, entries() and metadata to one file, which nn::load reads. The file is written
  /// completely or not at all. Throws StateError when the network has not been built, ValueError that names
  /// an entry which is not right, and FileError when the file cannot be written.
  void save(const std::string& path) const;
  /// Returns the prediction [N,…] for raw inputs, one sample or [N,…] samples, in eval mode. Inputs are
  /// scaled as the metadata say, and logits become probabilities. Throws ShapeError when the input has
  /// neither the rank of a sample nor one axis more.
  Tensor predict(const Tensor& raw) const;
  /// Returns the predictions for raw inputs by their names, in eval mode. Tensors that are not inputs are
  /// left alone. Each input is one sample, or [N,…] samples; all of them must be one or the other. The
  /// metadata describe the first input, which is scaled, and the first output, whose logits become
  /// probabilities; the other inputs are only cast to their dtypes. Throws ValueError that names a missing
  /// input, and ShapeError that names an input whose rank does not match.
  NamedTensors predict(const NamedTensors& raw) const;

  /// Returns functions that save() writes into the file besides the network, such as encode and decode_step;
  /// nn::Loaded::entry reads them.
  virtual std::vector<Entry> entries() const { return {}; }

  /// Returns the type as summaries and errors write it: the name of the class, such as "Conv2d", unless a
  /// class overrides it.
  virtual std::string type() const;
  /// Returns the type and the most important option, such as "Conv2d 3x3".
  virtual std::string describe() const { return type(); }
  /// Returns the work of one output, for summaries.
  virtual Work work() const { return {}; }
  /// Returns the work of a call, for layers whose work depends on the extents of a sample, such as
  /// attention. The inputs and outputs are those of the call; their elements must not be read.
  virtual Work work_of(const Tensors& inputs, const Tensors& outputs) const;
  /// Returns the registered name of a layer and its options, as network files write them; see
  /// luge/nn/layers.h. Nothing for a module that cannot be made by name, which is the default.
  virtual std::optional<LayerText> text() const;
  /// Computes the output of a module with one input and one output. A class of your own overrides it, or the
  /// one below; call operator() to run it.
  virtual Tensor forward(const Tensor& x) const;
  /// Computes the outputs of a module with several inputs or outputs: `inputs` are in the order of
  /// input_names(), the result is in that of output_names().
  virtual Tensors forward(const Tensors& inputs) const;
  /// Computes the output for sequences of different lengths, and the lengths of the output. No value at or
  /// before the length of an output may depend on values beyond the length of an input. The default throws
  /// ValueError: a layer that says nothing about padded positions must not get any.
  virtual Padded forward_padded(const Padded& x) const;

  /// Internal: returns what copies share.
  const std::shared_ptr<State>& state() const { return state_; }
  /// Internal: returns the registered children with their names, as networks of their own classes.
  std::vector<std::pair<std::string, Model>> child_models() const;

 protected:
  /// Internal: makes an independent copy of a child.
  using Copy = std::shared_ptr<const Module> (*)(const Module&);
  /// Registers a child under a name and returns it. Throws ValueError when the name is empty, has a dot or is
  /// taken.
  template <std::derived_from<Module> L>
  L child(std::string name, L layer) {
    add_child(std::move(name), share(layer), &copy_as<L>);
    return layer;
  }
  /// Registers a child of any class.
  Model child(std::string name, const Model& layer);
  /// Registers a parameter and returns it. Without an initial value, create_parameters must create it. Throws
  /// ValueError when the name is empty, has a dot or is taken.
  Parameter parameter(std::string name, const Tensor& initial = {});
  /// Registers a buffer, which is state that no optimizer changes. Otherwise as parameter.
  Parameter buffer(std::string name, const Tensor& initial = {});
  /// Calls create for each parameter without a value. It is called once, with the first input, and never
  /// inside a trace.
  virtual void create_parameters(const Tensor& x) const;
  /// Does the same in a module with several inputs. The default passes on the first one.
  virtual void create_parameters(const Tensors& inputs) const;
  /// Sets eval mode as the mode to begin with: a Trainer still puts the module into train mode.
  void begin_in_eval_mode() const;
  /// Creates the Variable of a parameter with an initial value, from inside create_parameters.
  void create(const Parameter& parameter, const Tensor& initial) const;

  /// Internal: registers a child.
  void add_child(std::string name, std::shared_ptr<const Module> child, Copy copy);
  /// Internal: returns a handle that shares the state of a layer.
  template <class L>
  static std::shared_ptr<const Module> share(const L& layer) {
    return std::make_shared<const L>(layer);
  }
  /// Internal: returns an independent copy while cloning.
  template <class L>
  static std::shared_ptr<const Module> copy_as(const Module& layer) {
    return std::make_shared<const L>(static_cast<const L&>(layer));
  }

 private:
  void ensure_built(std::span<const Tensor> inputs) const;
  Padded call_padded(const Padded& x) const;
  template <class In, class Out>
  Out run(const In& inputs) const;
  friend class Model;
  std::shared_ptr<State> state_;
};

/// Internal: while it lives, copies of modules and parameters are independent of their originals. Originals
/// that share state have copies that share state.
class Cloning {
 public:
  Cloning();  ///< begins the scope
  ~Cloning();
  Cloning(const Cloning&) = delete;
  Cloning& operator=(const Cloning&) = delete;

 private:
  void* outer_;
};

/// Returns an independent copy of a module, with its own parameters, children and mode.
template <std::derived_from<Module> M>
M clone(const M& module) {
  const Cloning cloning;
  return M(module);
}

/// Base class of the layers of Luge; it adds the member clone().
template <class Self, std::derived_from<Module> Base = Module>
class Layer : public Base {
 public:
  using Base::Base;
  /// Returns an independent copy, as nn::clone does.
  Self clone() const { return nn::clone(static_cast<const Self&>(*this)); }
};

/// Base class of layers that compute each element from this element alone, so that sequences keep their
/// lengths.
template <class Self>
class Elementwise : public Layer<Self> {
 public:
  using Layer<Self>::Layer;
  /// Runs forward on the values; the lengths stay.
  Padded forward_padded(const Padded& x) const override { return x.with(this->forward(x.values)); }
};

/// Holds a module of any class, for functions that take any network.
class Model {
 public:
  Model() = default;  ///< an empty Model
  /// Holds a module; both share their state.
  template <std::derived_from<Module> M>
  Model(const M& module) : module_(Module::share(module)), copy_(&Module::copy_as<M>) {}

  /// Returns false for an empty Model, which must not be used.
  bool defined() const { return module_ != nullptr; }
  /// Runs the module on x.
  Tensor operator()(const Tensor& x) const { return (*module_)(x); }
  /// Runs the module on several inputs.
  Tensors operator()(const Tensors& inputs) const { return (*module_)(inputs); }
  /// Runs the module on inputs by their names.
  NamedTensors operator()(const NamedTensors& inputs) const { return (*module_)(inputs); }
  /// Runs the module on sequences of different lengths.
  template <std::same_as<Padded> P>
  P operator()(const P& x) const {
    return (*module_)(x);
  }
  /// Gives access to the members of the module.
  const Module* operator->() const { return module_.get(); }
  /// Returns the module.
  const Module& operator*() const { return *module_; }
  /// Returns an independent copy, as nn::clone does.
  Model clone() const {
    const Cloning cloning;
    return Model(copy_(*module_), copy_);
  }

 private:
  friend class Module;
  using Copy = std::shared_ptr<const Module> (*)(const Module&);
  Model(std::shared_ptr<const Module> module, Copy copy) : module_(std::move(module)), copy_(copy) {}
  std::shared_ptr<const Module> module_;
  Copy copy_ = nullptr;
};

}  // namespace luge::nn
