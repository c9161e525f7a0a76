#include "experiment/init_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "experiment/runs.h"
#include "experiment/train_options.h"
#include "experiment/tuning_options.h"
#include "luge/io/weights.h"
#include "luge/nn/take_weights.h"

namespace luge::experiment {
namespace {

nn::TakeOptions take_options(const Config& config, const InitOptions& options) {
  nn::TakeOptions take{.strict = options.strict, .head = options.head, .channels = options.channels};
  for (const std::string& pair : options.rename) {
    const auto colon = pair.find(':');
    if (colon == pair.npos || colon == 0 || colon + 1 == pair.size())
      config.refuse("init.rename", "pairs FROM:TO with commas between them, such as backbone.*:features.*");
    take.rename.emplace_back(pair.substr(0, colon), pair.substr(colon + 1));
  }
  return take;
}

void tell_taken(const nn::Taken& taken, const std::string& path, const Tell& tell) {
  tell(fmt::format("init: {} tensors from {}", taken.loaded.size(), path));
  if (!taken.adapted.empty()) tell(fmt::format("init: adapted: {}", fmt::join(taken.adapted, ", ")));
  if (!taken.complete()) tell(fmt::format("init: {}", taken.to_string()));
  if (taken.head.empty()) return;
  const bool differs = taken.head.front().find(' ') != std::string::npos;
  tell(fmt::format("init: the last layer gets new weights{}: {}",
                   differs ? ", because its outputs differ" : "", fmt::join(taken.head, ", ")));
}

}  // namespace

void take_weights(const Config& config, train::Trainer& trainer, const Tell& tell) {
  const auto options = read<InitOptions>(config);
  const nn::TakeOptions take = take_options(config, options);
  const std::string path = model_file(config.text("model.init")).file.string();
  const nn::NamedWeights weights = io::read_weights(path, {.averages = options.averages});
  try {
    tell_taken(nn::take_weights(trainer.net(), weights, take), path, tell);
  } catch (const FormatError& error) {
    throw FormatError(fmt::format("init: {}: {}", path, error.what()));
  } catch (const ValueError& error) {
    throw SettingError(fmt::format("{}: {}", config.said("init.rename"), error.what()));
  }
}

void freeze_parameters(const Config& config, const nn::Module& net, const Tell& tell) {
  if (!config.knows("train.freeze")) return;
  const auto options = read<FreezeOptions>(config);
  if (options.freeze.empty()) return;
  for (const std::string& pattern : options.freeze) {
    try {
      net.set_trainable(pattern, false);
    } catch (const ValueError& error) {
      throw SettingError(fmt::format("{}: {}", config.said("train.freeze"), error.what()));
    }
  }
  std::int64_t trained = 0, all = 0;
  for (const Variable& each : net.parameters()) {
    all += each.shape().elements();
    trained += each.trainable() ? each.shape().elements() : 0;
  }
  if (trained == 0)
    throw SettingError(fmt::format("{}: freezes all {} parameters, so that there is nothing to train",
                                   config.said("train.freeze"), all));
  tell(fmt::format("freeze: {} of {} parameters are trained, {} are frozen", trained, all, all - trained));
}

}  // namespace luge::experiment
