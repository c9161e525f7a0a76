#include "experiment/profile.h"

#include <fmt/format.h>

#include <algorithm>
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
  const std::vector<Config>& stages = run.config().stages();
  std::vector<std::pair<std::string, train::LayerProfile>> profiles;
  for (std::size_t k = 0; k < std::max<std::size_t>(1, stages.size()); ++k) {
    run.look_at_stage(k, [&](train::Trainer& trainer, const data::Batches& batches) {
      const auto batch = batches.epoch(0).next();
      if (!batch) return;
      if (trainer.optimizer().searches())
        throw SettingError(fmt::format("{}: an optimizer that searches runs more than one program in a step",
                                       run.config().said("train.profile")));
      const std::string name = stages.empty() ? "luge" : fmt::format("stage {}", stages[k].text("name"));
      profiles.emplace_back(name, train::profile_layers(trainer, batch->to_tensors(), kSteps));
    });
  }
  if (profiles.empty()) return;
  io::write_file(run.folder() / kFile, train::chrome_trace(profiles));
  for (const auto& [name, profile] : profiles) {
    std::string text = profile.to_string();
    text.pop_back();
    tell(stages.empty() ? text : name + "\n" + text);
  }
  tell(fmt::format("profile: a step as a trace for chrome://tracing and Perfetto is {}",
                   (run.folder() / kFile).string()));
}

}  // namespace luge::experiment
