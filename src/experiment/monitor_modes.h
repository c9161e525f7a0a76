// Which values of a watched figure are better, where a person says it: mode= of callbacks.
#pragma once

#include <cstdint>
#include <optional>

#include "experiment/option_keys.h"
#include "luge/metrics/metric.h"
#include "luge/options.h"

namespace luge::experiment {

/// Whether small or large figures are better.
enum class Mode : std::uint8_t { automatic, min, max };

}  // namespace luge::experiment

template <>
struct luge::options::Names<luge::experiment::Mode> {
  static constexpr std::pair<luge::experiment::Mode, const char*> all[] = {
      {luge::experiment::Mode::automatic, "auto"},
      {luge::experiment::Mode::min, "min"},
      {luge::experiment::Mode::max, "max"}};
};

namespace luge::experiment {

/// The key of one callback, which the key `on` switches on.
struct ModeKey {
  Mode mode = Mode::automatic;
  static void list(auto& self, auto&& field, const char* on) {
    field("mode", self.mode,
          "which values of the figure are better: the smallest, the largest, or as it says itself",
          needs(on));
  }
  /// Nothing: the figure says it.
  std::optional<metrics::Better> better() const {
    if (mode == Mode::automatic) return std::nullopt;
    return mode == Mode::min ? metrics::Better::lower : metrics::Better::higher;
  }
};
struct EarlyStoppingMode : ModeKey {
  static constexpr const char* table = "callbacks.early_stopping";
  static void fields(auto& self, auto&& field) { list(self, field, "callbacks.early_stopping.patience"); }
};
struct StopAtMode : ModeKey {
  static constexpr const char* table = "callbacks.stop_at";
  static void fields(auto& self, auto&& field) { list(self, field, "callbacks.stop_at.value"); }
};
struct PlateauMode : ModeKey {
  static constexpr const char* table = "callbacks.plateau";
  static void fields(auto& self, auto&& field) { list(self, field, "callbacks.plateau.patience"); }
};

}  // namespace luge::experiment
