#include "experiment/profile.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiment/aid_options.h"
#include "io/files/atomic_file.h"

namespace luge::experiment {

nlohmann::ordered_json layers_json(const train::LayerProfile& profile) {
  auto rows = nlohmann::ordered_json::array();
  for (const train::LayerTime& row : profile.layers) {
    rows.push_back({{"layer", row.layer},
                    {"forward_seconds", row.forward},
                    {"backward_seconds", row.backward},
                    {"update_seconds", row.update},
                    {"bytes", row.bytes},
                    {"parameter_bytes", row.parameters}});
  }
  return rows;
}

void profile_run(const Run& run, const Tell& tell) {
  constexpr std::int64_t kSteps = 20;
  constexpr const char* kFile = "profile.json";
  if (!read<AidOptions>(run.config()).profile) return;
  const auto batch = run.batches().epoch(0).next();
  if (!batch) return;
  if (run.trainer().optimizer().searches())
    throw SettingError(fmt::format("{}: an optimizer that searches runs more than one program in a step",
                                   run.config().said("train.profile")));
  const train::LayerProfile profile = train::profile_layers(run.trainer(), batch->to_tensors(), kSteps);
  io::write_file(run.folder() / kFile, profile.chrome_trace());
  std::string text = profile.to_string();
  text.pop_back();
  tell(text);
  tell(fmt::format("profile: a step as a trace for chrome://tracing and Perfetto is {}",
                   (run.folder() / kFile).string()));
}

}  // namespace luge::experiment
