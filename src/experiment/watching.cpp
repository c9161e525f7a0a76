#include "experiment/watching.h"

#include <fmt/format.h>

#include "experiment/sample_predictions.h"
#include "experiment/watching_options.h"

namespace luge::experiment {
namespace {

constexpr std::int64_t kMostPictures = 100;

io::Hparam hparam_of(const options::Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return options::text(value);
}

// What decides about the result: not where it is written, what is recorded, or how many threads there are.
bool is_hyperparameter(const Key& key) {
  return !key.name.starts_with("run.") && !key.name.starts_with("callbacks.") &&
         key.name != "train.threads" && key.name != "data.workers" && key.name != "data.accept_changed_data";
}

io::Hparams hparams_of(const Config& config) {
  io::Hparams all;
  for (const Key& key : config.keys()) {
    if (!is_hyperparameter(key) || !config.given(key.name)) continue;
    all.values.emplace_back(key.name, !key.option.empty() ? hparam_of(config.option_value(key))
                                      : key.info          ? hparam_of(config.value(key.name, *key.info))
                                                          : io::Hparam(config.text(key.name)));
  }
  return all;
}

}  // namespace

void check_watching(const Config& config, const TrainingData& training) {
  const auto options = read<WatchingOptions>(config);
  if (options.predictions == 0) return;
  if (!shows_pictures(training)) {
    config.refuse("callbacks.predictions",
                  fmt::format("0: the samples of {} are not pictures", training.raw.fit.info().name));
  }
  if (options.predictions > kMostPictures)
    config.refuse("callbacks.predictions", fmt::format("at most {} pictures", kMostPictures));
}

Watching::Watching(const Config& config, const TrainingData& training, std::filesystem::path folder,
                   Tell tell)
    : config_(config), training_(training), folder_(std::move(folder)), tell_(std::move(tell)) {
  if (!read<WatchingOptions>(config).tensorboard) return;
  events_ = std::make_shared<train::RunEvents>(
      folder_, [tell = tell_](const std::string& what) { tell("warning: " + what); });
}

std::vector<train::CallbackRef> Watching::callbacks() const {
  const auto options = read<WatchingOptions>(config_);
  std::vector<train::CallbackRef> all;
  if (events_) {
    train::TensorBoardOptions board{.log_steps = options.log_steps,
                                    .histograms = options.histograms.number,
                                    .hparams = hparams_of(config_)};
    if (options.histograms.number.value_or(0) > 0) board.batches = training_.batches;
    all.push_back(train::tensorboard(events_, board));
  }
  if (options.log_steps > 0) all.push_back(train::step_log(folder_ / "steps.csv", options.log_steps));
  if (options.timing) all.push_back(train::timing_log(folder_ / "timing.csv"));
  if (options.predictions > 0)
    all.push_back(
        sample_predictions(training_, options.predictions, folder_ / "predictions", events_, tell_));
  return all;
}

}  // namespace luge::experiment
