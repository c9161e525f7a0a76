#include "luge/experiment/settings.h"

#include "core/threads.h"
#include "luge/compile.h"

namespace luge::experiment {
namespace {

thread_local Scope* innermost = nullptr;

void apply(const Settings& settings) {
  if (settings.threads) set_thread_count(*settings.threads);  // first: it is the one that may throw
  set_math(settings.math);
  set_precision(settings.precision);
  set_memory_limit(settings.memory_limit);
  random::set_state(settings.random);
}

}  // namespace

Settings present_settings() { return {thread_count(), math(), precision(), memory_limit(), random::state()}; }

Scope::Scope(Settings& settings)
    : settings_(innermost && innermost->settings_ == &settings ? nullptr : &settings), outer_(innermost) {
  if (!settings_) return;
  before_ = present_settings();
  apply(settings);
  innermost = this;
}

Scope::~Scope() {
  if (!settings_) return;
  settings_->random = random::state();
  apply(before_);
  innermost = outer_;
}

}  // namespace luge::experiment
