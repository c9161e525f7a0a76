#include <fmt/format.h>

#include "nn/module_state.h"

namespace luge::nn {
namespace {

thread_local CallFrame* innermost = nullptr;
constexpr std::string_view kWhole = "network";  // what a network computes between its layers
thread_local bool path_is_in_text = false;      // of the present error

/// The path from a module to one of its descendants; false when there is none.
bool find(const Module::State& from, const Module::State* wanted, std::string& path) {
  for (const auto& child : from.children) {
    const auto& state = child.module->state();
    if (state.get() == wanted) {
      path = child.name;
      return true;
    }
    std::string rest;
    if (!state->children.empty() && find(*state, wanted, rest)) {
      path = child.name + "." + rest;
      return true;
    }
  }
  return false;
}

template <class E>
[[noreturn]] void throw_again(const CallFrame& frame, const E& error) {
  if (path_is_in_text) throw;
  path_is_in_text = true;
  const std::string path = frame.path();
  const std::string who = frame.module().describe();
  throw E(path.empty() ? fmt::format("{}: {}", who, error.what())
                       : fmt::format("{} ({}): {}", path, who, error.what()));
}

}  // namespace

CallFrame::CallFrame(const Module& module) : module_(module), caller_(innermost) {
  path_is_in_text = false;
  if (caller_) registered_ = find(*caller_->module_.state(), module.state().get(), name_);
  innermost = this;
  if (!scope_recorder()) return;
  const std::string own = path();
  scope_.emplace(own.empty() ? std::string(kWhole) : own, Phase::forward);
}

CallFrame::~CallFrame() { innermost = caller_; }

bool CallFrame::outermost() const { return caller_ == nullptr; }

std::string CallFrame::path() const {
  const std::string before = caller_ ? caller_->path() : "";
  if (before.empty() || name_.empty()) return before + name_;
  return before + "." + name_;
}

void CallFrame::check_registered() const {
  const Module::State& state = *module_.state();
  if (registered_ || (state.cells.empty() && state.children.empty() && !state.uses_mode)) return;
  const std::string where = caller_->path();
  throw StateError(fmt::format(
      "a {} is called in forward of {} but was never registered there, so it would not be trained or "
      "saved; make it a member with child(\"name\", …)",
      module_.type(), where.empty() ? caller_->module_.type() : where));
}

CallFrame* current_call() { return innermost; }

void rethrow_with_path(const CallFrame& frame) {
  try {
    throw;
  } catch (const ShapeError& error) {
    throw_again(frame, error);
  } catch (const DTypeError& error) {
    throw_again(frame, error);
  } catch (const ValueError& error) {
    throw_again(frame, error);
  }
}

CallObserver*& call_observer() {
  thread_local CallObserver* observer = nullptr;
  return observer;
}

}  // namespace luge::nn
