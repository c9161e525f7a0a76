// What the copies of a module share, and the stack of running calls on this thread.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/scopes.h"
#include "graph/trace.h"
#include "luge/nn/module.h"

namespace luge::nn {

struct Module::State {
  struct Child {
    std::string name;
    std::shared_ptr<const Module> module;
    Copy copy;
  };
  std::vector<Child> children;
  std::vector<std::shared_ptr<ParameterCell>> cells;
  Metadata metadata;
  std::shared_ptr<Mode> mode = std::make_shared<Mode>();
  std::atomic<bool> uses_mode{false};
  std::atomic<bool> built{false};
  std::mutex building;
};

/// What metadata say of inputs with names; nothing for the usual one, which they describe otherwise.
std::vector<TensorSpec> specs_of(const std::vector<std::string>& names, std::span<const Tensor> inputs);
/// The inputs of a network in order. Throws ValueError that names a missing one.
Tensors select_inputs(const Module& net, const NamedTensors& given);

/// One running call of a module. Its path follows from the calls around it.
class CallFrame {
 public:
  explicit CallFrame(const Module& module);
  ~CallFrame();
  CallFrame(const CallFrame&) = delete;
  CallFrame& operator=(const CallFrame&) = delete;

  bool outermost() const;
  /// "block1.conv1"; empty for the outermost call.
  std::string path() const;
  /// Throws StateError when the module has state and its caller never registered it.
  void check_registered() const;
  const Module& module() const { return module_; }
  /// True once: a class that overrides neither forward would ask one for the other without end.
  bool asks_other_form() { return !std::exchange(asked_, true); }
  /// Says that the call takes Padded. True when the call around it does not.
  bool enters_padding() {
    padded_ = true;
    return !caller_ || !caller_->padded_;
  }

 private:
  const Module& module_;
  CallFrame* caller_;
  std::string name_;  // relative to the caller
  bool registered_ = true;
  bool asked_ = false, padded_ = false;
  std::optional<InScope> scope_;  // of the nodes that the call makes
};

/// The call running on this thread, or null.
CallFrame* current_call();
/// Wraps an error in the path of the innermost call, once. To be called inside a catch block; always throws.
[[noreturn]] void rethrow_with_path(const CallFrame& frame);

/// Called after every finished call on this thread; may be null.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void called(const std::string& path, const Module& module, std::span<const Tensor> inputs,
                      std::span<const Tensor> outputs) = 0;
};
CallObserver*& call_observer();

}  // namespace luge::nn
