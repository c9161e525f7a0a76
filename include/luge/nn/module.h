// Module: what a layer, a block and a whole network are.
//
//   struct ResidualBlock : nn::Module {
//     explicit ResidualBlock(int64_t filters) : filters(filters) {}
//     int64_t filters;
//     nn::Conv2d conv1 = child("conv1", nn::Conv2d(filters, {.kernel = 3, .padding = nn::same}));
//     nn::Conv2d conv2 = child("conv2", nn::Conv2d(filters, {.kernel = 3, .padding = nn::same}));
//     Tensor forward(const Tensor& x) const override { return relu(x + conv2(relu(conv1(x)))); }
//   };
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/nn/notes.h"
#include "luge/nn/parameter.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::nn {

struct NamedVariable {
  std::string name;  // a path: "block1.conv.weight"
  Variable variable;
};

/// How much work one output of a layer is, for summaries.
struct Work {
  std::int64_t fan_in = 0;  // inputs that each output looks at
  bool bias = false;        // each output has a constant of its own or of its channel
  bool multiplies = false;  // each input is multiplied by a weight: counts as multiply-adds
};

/// A handle: copies share parameters, children and train/eval mode; nn::clone gives an independent copy.
/// Shapes of parameters are found at the first call, or by build(). Calling a module is safe from several
/// threads.
class Module {
 public:
  struct State;  // internal: what copies share

  Module();
  Module(const Module& other);
  Module(Module&& other) noexcept = default;
  Module& operator=(const Module& other) = default;
  Module& operator=(Module&& other) noexcept = default;
  virtual ~Module();

  /// Runs forward on x [N,…]. The first call makes parameters of x's dtype (float32 when x is not floating).
  /// Errors name the path of the layer that refused. Throws StateError for a layer with state that forward
  /// uses but that no child() or sequential() registered.
  Tensor operator()(const Tensor& x) const;

  /// Makes all parameters for inputs of this shape, the batch axis left out: net.build({1, 28, 28}).
  void build(const Shape& input, DType dtype = f32) const;
  bool built() const;

  /// Trainable and frozen parameters, in order of registration, children behind. Throws StateError naming a
  /// layer that is not built.
  Variables parameters() const;
  std::vector<NamedVariable> named_parameters() const;
  /// State that no optimizer changes, such as running statistics.
  std::vector<NamedVariable> named_buffers() const;
  /// Frozen parameters take no gradient and no step.
  void set_trainable(bool trainable) const;

  /// Train mode is on at first; dropout, say, acts only then. Holds for all children. A part that is put into
  /// eval mode by a call of its own stays in it when a Trainer fits the whole, and is saved so; the next call
  /// on the whole decides anew. set_trainable(false) freezes the parameters alone.
  void set_training(bool training) const;
  bool training() const;

  /// Registered children with their names.
  std::vector<std::pair<std::string, std::shared_ptr<const Module>>> children() const;

  /// What a file tells about the network beside its graph. The input's shape is found at the first call.
  const Notes& notes() const;
  void set_notes(Notes notes) const;
  /// Writes weights, graph and notes to one file, whole or not at all; nn::load reads it. Throws StateError
  /// when the network is not built, FileError when the file cannot be written.
  void save(const std::string& path) const;
  /// What the network makes of raw inputs, one sample or [N,…] of them: scaled as the notes say, in eval
  /// mode, logits as probabilities. Throws ShapeError for inputs that are no samples.
  Tensor predict(const Tensor& raw) const;

  /// "Conv2d"; the class' name unless overridden.
  virtual std::string type() const;
  /// The type and what else tells layers apart: "Conv2d 3x3".
  virtual std::string describe() const { return type(); }
  virtual Work work() const { return {}; }
  /// What the module computes; operator() calls it.
  virtual Tensor forward(const Tensor& x) const = 0;

  const std::shared_ptr<State>& state() const { return state_; }

 protected:
  using Copy = std::shared_ptr<const Module> (*)(const Module&);
  /// Registers a child under a name without dots, unique here (else ValueError), and gives it back.
  template <std::derived_from<Module> L>
  L child(std::string name, L layer) {
    add_child(std::move(name), share(layer), &copy_as<L>);
    return layer;
  }
  /// Registers a parameter (or buffer) with a value, or one that create_parameters will give a value.
  Parameter parameter(std::string name, const Tensor& initial = {});
  Parameter buffer(std::string name, const Tensor& initial = {});
  /// Gives values to the parameters that wait for one; called once, outside any trace, with the first input.
  virtual void create_parameters(const Tensor& x) const;
  /// Eval mode to begin with, as if nobody had called set_training: a Trainer puts it into train mode.
  void begin_in_eval_mode() const;
  /// Sets a waiting parameter's value.
  void create(const Parameter& parameter, const Tensor& initial) const;

  void add_child(std::string name, std::shared_ptr<const Module> child, Copy copy);
  template <class L>
  static std::shared_ptr<const Module> share(const L& layer) {
    return std::make_shared<const L>(layer);
  }
  template <class L>
  static std::shared_ptr<const Module> copy_as(const Module& layer) {
    return std::make_shared<const L>(static_cast<const L&>(layer));
  }

 private:
  void ensure_built(const Tensor& x) const;
  std::shared_ptr<State> state_;
};

/// While it lives, copies made of modules and parameters are independent of their originals, and of each
/// other's originals in the same way: what shared state before shares the copy's state.
class Cloning {
 public:
  Cloning();
  ~Cloning();
  Cloning(const Cloning&) = delete;
  Cloning& operator=(const Cloning&) = delete;

 private:
  void* outer_;
};

/// A module with parameters, children and mode of its own.
template <std::derived_from<Module> M>
M clone(const M& module) {
  const Cloning cloning;
  return M(module);
}

/// Base of the layers that come with Luge: adds net.clone().
template <class Self, std::derived_from<Module> Base = Module>
class Layer : public Base {
 public:
  using Base::Base;
  Self clone() const { return nn::clone(static_cast<const Self&>(*this)); }
};

/// Any module, by its handle: what takes a network of no matter which class.
class Model {
 public:
  Model() = default;
  template <std::derived_from<Module> M>
  Model(const M& module) : module_(std::make_shared<const M>(module)), copy_(&copy_as<M>) {}

  bool defined() const { return module_ != nullptr; }
  Tensor operator()(const Tensor& x) const { return (*module_)(x); }
  const Module* operator->() const { return module_.get(); }
  const Module& operator*() const { return *module_; }
  Model clone() const { return Model(copy_(*module_), copy_); }

 private:
  using Copy = std::shared_ptr<const Module> (*)(const Module&);
  template <class M>
  static std::shared_ptr<const Module> copy_as(const Module& module) {
    return std::make_shared<const M>(nn::clone(static_cast<const M&>(module)));
  }
  Model(std::shared_ptr<const Module> module, Copy copy) : module_(std::move(module)), copy_(copy) {}
  std::shared_ptr<const Module> module_;
  Copy copy_ = nullptr;
};

}  // namespace luge::nn
