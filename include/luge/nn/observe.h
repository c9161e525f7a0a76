// Looking into a network while it computes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "luge/nn/module.h"

namespace luge::nn {

/// One finished call of a module inside a network.
struct LayerCall {
  std::string path;  // "block1.conv1"; empty for the network itself
  const Module& module;
  Tensor input;
  Tensor output;
};

/// Runs net on x and tells `seen` of every call in it, inner calls first; gives the result.
Tensor observe(const Module& net, const Tensor& x, const std::function<void(const LayerCall&)>& seen);

/// Train or eval mode of a network and all its parts for the length of a scope, on this thread alone; the
/// network's own switches stay as they are. In train mode a part stays in eval mode that was put into it by a
/// call of its own set_training(false), not of a whole it belongs to: a frozen normalization, say.
class ModeScope {
 public:
  ModeScope(const Module& net, bool training);
  ~ModeScope();
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;

 private:
  class Override;
  std::unique_ptr<const Override> override_;
};

/// A look at what a network does, in train or eval mode, for the length of a scope: what its calls assign on
/// this thread (running statistics, say) is forgotten at the end, and what they draw at random leaves the
/// generator as it was. Values may be read. Layers that are not built yet are built for good.
class Probe {
 public:
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
/// computed when somebody reads them. Shapes, counts and plans need no values, which may not fit into memory.
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
