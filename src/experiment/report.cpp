#include "experiment/report.h"

#include <fmt/format.h>

#include "experiment/fit_options.h"
#include "experiment/runs.h"
#include "luge/train/checkpoint_info.h"

namespace luge::experiment {

std::optional<Best> best_of(const Config& config, const train::History& history,
                            const std::filesystem::path& run, const Tell& tell) {
  const std::filesystem::path file = best_checkpoint(run);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    if (history.epochs.empty()) return std::nullopt;
    return Best{"loss", history.best("loss")};
  }
  try {
    const auto info = train::checkpoint_info(file.string());
    if (!info || info->history.epochs.empty()) return std::nullopt;
    const bool validates = !train::default_monitor(history.columns).empty();
    const std::string chosen = best_figure(config, validates);
    return Best{chosen.empty() ? train::default_monitor(history.columns) : chosen,
                info->history.epochs.back()};
  } catch (const Error& problem) {
    tell(fmt::format("warning: {}", problem.what()));
    return std::nullopt;
  }
}

}  // namespace luge::experiment
