// ModeScope and Probe: run a network in another mode, and without changing its state.
#include "graph/probe.h"

#include <unordered_set>

#include "luge/nn/observe.h"
#include "nn/module_state.h"

namespace luge::nn {

class ModeScope::Override final : public ModeOverride {
 public:
  Override(const Module& net, bool training) : training_(training), root_(net.state().get()) { add(net); }

  std::optional<bool> state_of(const Mode& mode) const override {
    if (!modes_.contains(&mode)) return std::nullopt;
    return training_ && !held(mode);
  }

 private:
  void add(const Module& module) {
    const auto& state = module.state();
    if (!states_.insert(state.get()).second) return;
    modes_.insert(state->mode.get());
    for (const auto& child : state->children) add(*child.module);
  }

  bool held(const Mode& mode) const {
    const void* holder = mode.holder.load();
    return !mode.on.load() && holder && holder != root_ && states_.contains(holder);
  }

  bool training_;
  const void* root_;
  std::unordered_set<const Mode*> modes_;
  std::unordered_set<const void*> states_;
};

ModeScope::ModeScope(const Module& net, bool training)
    : override_(std::make_unique<const Override>(net, training)) {}
ModeScope::~ModeScope() = default;

struct Probe::State {
  luge::Probe probe;
};

Probe::Probe(const Module& net, bool training) : mode_(net, training), state_(std::make_unique<State>()) {}
Probe::~Probe() = default;

}  // namespace luge::nn
