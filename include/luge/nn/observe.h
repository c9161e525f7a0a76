// Functions that look into a network while it computes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "luge/nn/module.h"

namespace luge::nn {

/// One finished call of a module inside a network.
struct LayerCall {
  std::string path;      ///< the path of the module, such as "block1.conv1"; empty for the network itself
  const Module& module;  ///< the module that was called
  Tensors inputs;        ///< what it was called with
  Tensors outputs;       ///< what it returned
};

/// Runs the network on x and calls `seen` after each call inside it, inner calls first. Returns the output of
/// the network.
Tensor observe(const Module& net, const Tensor& x, const std::function<void(const LayerCall&)>& seen);
/// Does the same with several inputs and outputs.
Tensors observe(const Module& net, const Tensors& inputs, const std::function<void(const LayerCall&)>& seen);

/// Puts a network and all its parts into train or eval mode for the length of a scope, on this thread only.
/// The settings of set_training do not change. In train mode, a part that was put into eval mode by its own
/// set_training(false), such as a frozen normalization, stays in eval mode.
class ModeScope {
 public:
  /// Begins the scope.
  ModeScope(const Module& net, bool training);
  ~ModeScope();
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;

 private:
  class Override;
  std::unique_ptr<const Override> override_;
};

/// Runs a network in train or eval mode without consequences, for the length of a scope. What calls on this
/// thread assign, such as running statistics, is taken back at the end, and the random generator is as it was
/// before. Values may be read. Layers that are built inside the scope stay built.
///
///     { const nn::Probe probe(net, false); std::cout << net(x); }
class Probe {
 public:
  /// Begins the scope.
  Probe(const Module& net, bool training);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

 private:
  ModeScope mode_;
  struct State;
  std::unique_ptr<State> state_;
};

/// While it lives, what this thread builds gets initial values that are not computed: they stay expressions,
/// computed when they are read. Shapes, counts and plans need no values, which may not fit into memory.
class TypesAlone {
 public:
  TypesAlone();
  ~TypesAlone();
  TypesAlone(const TypesAlone&) = delete;
  TypesAlone& operator=(const TypesAlone&) = delete;

 private:
  bool before_;
};

}  // namespace luge::nn
