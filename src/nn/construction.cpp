#include "nn/construction.h"

#include <utility>

#include "luge/nn/observe.h"

namespace luge::nn {

Construction& construction() {
  thread_local Construction instance;
  return instance;
}

bool& types_alone() {
  thread_local bool on = false;
  return on;
}

TypesAlone::TypesAlone() : before_(std::exchange(types_alone(), true)) {}
TypesAlone::~TypesAlone() { types_alone() = before_; }

void Construction::begin(const std::shared_ptr<Module::State>& module) {
  const OutsideTrace outside;
  if (!draws_) draws_.emplace();
  const Metadata& told = module->metadata;
  Begun begun{module, {}, told.input, told.dtype, !told.inputs.empty()};
  for (const auto& cell : module->cells) {
    if (!cell->variable.defined()) begun.waiting.push_back(cell);
  }
  begun_.push_back(std::move(begun));
}

void Construction::finish() {
  if (begun_.empty()) return;
  if (const Tensors values = std::exchange(values_, {}); !values.empty() && !types_alone()) {
    const OutsideTrace outside;
    eval(values);
  }
  // A function that is being compiled may still fail after this call.
  if (values_come_later()) {
    const auto all = std::make_shared<const std::vector<Begun>>(begun_);  // a copy, in case this throws
    current_trace()->undo.emplace_back([all, draws = *draws_] {
      take_back(*all);
      draws.take_back();
    });
  }
  begun_.clear();
  draws_.reset();
}

void Construction::take_back(const std::vector<Begun>& all) {
  for (const Begun& begun : all) {
    const std::lock_guard lock(begun.module->building);
    for (const auto& cell : begun.waiting) cell->variable = {};
    begun.module->metadata.input = begun.input;
    begun.module->metadata.dtype = begun.dtype;
    if (!begun.inputs_known) begun.module->metadata.inputs.clear();
    begun.module->built = false;
  }
}

void Construction::undo() noexcept {
  take_back(begun_);
  if (draws_) {
    const OutsideTrace outside;
    draws_->take_back();
  }
  begun_.clear();
  values_.clear();
  draws_.reset();
}

}  // namespace luge::nn
