#include "experiment/nonfinite_options.h"

namespace luge::experiment {

train::CallbackRef nonfinite_callback(const Config& config, const std::filesystem::path& folder,
                                      const Tell& tell) {
  const auto keys = read<NonFiniteKeys>(config);
  return train::on_nonfinite(
      {.policy = keys.policy, .most_in_a_row = keys.most_in_a_row, .folder = folder, .tell = tell});
}

}  // namespace luge::experiment
