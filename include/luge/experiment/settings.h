// Settings: what one training sets for the whole process, such as threads and precision, so that trainings in
// one process do not disturb each other.
#pragma once

#include <cstddef>
#include <optional>

#include "luge/math_mode.h"
#include "luge/random.h"

namespace luge::experiment {

/// The process-wide settings of one training. They hold while a Scope of them lives.
struct Settings {
  std::optional<int> threads = {};       ///< the number of threads of kernels; empty: as it is
  Math math = Math::fast;                ///< as set_math
  Precision precision = Precision::f32;  ///< as set_precision
  std::size_t memory_limit = 0;          ///< as set_memory_limit
  random::State random = {};             ///< the random generator; it goes on where the last Scope ended
};

/// Returns the settings that hold now.
Settings present_settings();

/// Sets the settings of a training, and sets again what was there before when its life ends, also after an
/// exception. Scopes may be nested; within a Scope of the same settings another one does nothing. Scopes are
/// for one thread: two trainings run after each other, not at the same time.
///
///     experiment::Settings mine{.threads = 1, .random = {.seed = 7}};
///     {
///       const experiment::Scope scope(mine);
///       trainer.fit(data, {.epochs = 5});
///     }
class Scope {
 public:
  /// Sets the settings, which must live longer. Throws ValueError when the number of threads is below 1;
  /// nothing is set then.
  explicit Scope(Settings& settings);
  /// Keeps the state of the random generator in the settings, and sets again what was there before.
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Settings* settings_;
  Settings before_;
  Scope* outer_;
};

}  // namespace luge::experiment
