#include <fmt/format.h>

#include "experiment/nonfinite_options.h"

namespace luge::experiment {

train::CallbackRef nonfinite_callback(const Config& config, const std::filesystem::path& folder,
                                      const Tell& tell) {
  const auto keys = read<NonFiniteKeys>(config);
  return train::on_nonfinite(
      {.policy = keys.policy, .most_in_a_row = keys.most_in_a_row, .folder = folder, .tell = tell});
}

void check_nonfinite(const Config& config) {
  const auto keys = read<NonFiniteKeys>(config);
  if (keys.policy == train::OnNonFinite::skip || keys.most_in_a_row == NonFiniteKeys().most_in_a_row) return;
  config.refuse("callbacks.nonfinite.most_in_a_row",
                fmt::format("{}=skip with it; without that it does nothing",
                            config.shown("callbacks.nonfinite.policy")));
}

}  // namespace luge::experiment
