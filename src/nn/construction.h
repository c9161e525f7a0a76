// Construction: what the outermost call on this thread creates. It is kept completely or not at all.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/draws.h"
#include "nn/module_state.h"

namespace luge::nn {

class Construction {
 public:
  /// A module is about to be built.
  void begin(const std::shared_ptr<Module::State>& module);
  /// An initial value; all of them are evaluated together, unless types alone are asked for.
  void add(const Tensor& initial) { values_.push_back(initial); }
  /// The call succeeded.
  void finish();
  /// The call failed: modules that it built are unbuilt again.
  void undo() noexcept;

 private:
  struct Begun {
    std::shared_ptr<Module::State> module;
    std::vector<std::shared_ptr<ParameterCell>> waiting;
    Shape input;
    DType dtype;
    bool inputs_known;  // by their names
  };
  static void take_back(const std::vector<Begun>& all);

  std::vector<Begun> begun_;
  Tensors values_;
  std::optional<random::Mark> draws_;
};

Construction& construction();
/// Whether initial values stay expressions on this thread.
bool& types_alone();

}  // namespace luge::nn
