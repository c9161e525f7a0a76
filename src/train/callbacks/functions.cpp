// callback_of: a callback made of functions.
#include <utility>

#include "luge/train/watching.h"

namespace luge::train {
namespace {

class OfFunctions final : public Callback {
 public:
  explicit OfFunctions(CallbackFunctions functions) : functions_(std::move(functions)) {}
  void train_begin(Fit& fit) override { call(functions_.train_begin, fit); }
  void epoch_begin(Fit& fit) override { call(functions_.epoch_begin, fit); }
  void step_end(Fit& fit) override { call(functions_.step_end, fit); }
  void epoch_end(Fit& fit) override { call(functions_.epoch_end, fit); }
  void train_end(Fit& fit) override { call(functions_.train_end, fit); }

 private:
  static void call(const std::function<void(Fit&)>& function, Fit& fit) {
    if (function) function(fit);
  }
  CallbackFunctions functions_;
};

}  // namespace

CallbackRef callback_of(CallbackFunctions functions) {
  return std::make_shared<OfFunctions>(std::move(functions));
}

}  // namespace luge::train
