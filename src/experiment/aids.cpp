#include "experiment/aids.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "experiment/aid_options.h"
#include "experiment/fit_options.h"
#include "experiment/several_parts.h"
#include "experiment/train_options.h"
#include "luge/train/trainer.h"

namespace luge::experiment {
namespace {

AidOptions aids_of(const Config& config) {
  return config.knows("train.overfit_batches") ? read<AidOptions>(config) : AidOptions();
}

// One order for all epochs: a folder of pictures has class after class.
data::Dataset in_fixed_order(const Config& config, const data::Dataset& samples) {
  const auto seed = static_cast<std::uint64_t>(own_seed(config));
  return samples.shuffle({.seed = seed}).split(1.0, {.random = false}).first;
}

// Says whether the loss went to about 0.
class Overfitted final : public train::Callback {
 public:
  Overfitted(std::int64_t batches, Tell tell) : batches_(batches), tell_(std::move(tell)) {}
  void train_end(train::Fit& fit) override {
    const std::vector<train::EpochRecord>& epochs = fit.trainer->history().epochs;
    if (epochs.empty() || fit.step_is_open) return;
    const std::string figure = loss_of(epochs.back().logs);
    if (figure.empty()) return;
    const double first = train::value_of(epochs.front().logs, figure),
                 last = train::value_of(epochs.back().logs, figure);
    const std::string what = fmt::format(
        "overfit_batches: the loss on {} went from {:.4g} to {:.4g} in {} epochs",
        batches_ == 1 ? "this batch" : fmt::format("these {} batches", batches_), first, last, epochs.size());
    // Losses are 0 or more where nothing is left to learn; other ones have no such end.
    const bool learned = last <= std::max(kNear, kShare * first);
    tell_(learned ? what + ": the network learns them by heart, as it should"
                  : what +
                        ", not to 0: try more epochs or another learning rate; if it stays, the network is "
                        "too small, or data, labels and loss do not go together");
  }

 private:
  static constexpr double kNear = 0.02, kShare = 0.02;

  // With dropout, the loss of the training itself does not go to 0.
  static std::string loss_of(const train::Logs& logs) {
    std::string found;
    for (const auto& [name, value] : logs) {
      if (name == train::kValidationLoss) return name;
      if (found.empty()) found = name;
    }
    return found;
  }

  std::int64_t batches_;
  Tell tell_;
};

}  // namespace

std::int64_t dev_batches(const Config& config) { return aids_of(config).fast_dev_run.count; }
bool overfits(const Config& config) { return aids_of(config).overfit_batches > 0; }

void check_aids(const Config& config) {
  const AidOptions aids = aids_of(config);
  if (aids.overfit_batches == 0) return;
  for (const char* key : {kFolds, kMembers}) {
    if (is_given(config, key))
      config.refuse("train.overfit_batches",
                    fmt::format("a single training; {} is several", config.said(key)));
  }
  if (!config.all_chosen("augmentation").empty() &&
      config.origin("data.augment").source == Source::command_line)
    config.refuse("train.overfit_batches",
                  fmt::format("it without {}=: the same samples are seen in each epoch, as they are",
                              config.shown("data.augment")));
}

Parts aided_parts(const Config& config, const Parts& parts) {
  const AidOptions aids = aids_of(config);
  const std::int64_t batch = read<StepOptions>(config).batch.value_or(1), dev = aids.fast_dev_run.count;
  Parts few = parts;
  const std::int64_t most = dev > 0 ? dev : aids.limit_val_batches;
  if (most > 0) few.valid = some_of(config, parts.valid, most * kValidationBatch);
  if (dev == 0 && aids.overfit_batches == 0) return few;
  few.fitted_to = parts.fitted_to ? *parts.fitted_to : parts.fit;
  if (dev > 0) few.fit = some_of(config, parts.fit, dev * batch);
  if (aids.overfit_batches > 0) {
    few.fit = in_fixed_order(config, some_of(config, few.fit, aids.overfit_batches * batch));
    few.valid = few.fit;
    few.held_out.reset();
  }
  return few;
}

Parts aided_samples(const Config& config, const Parts& before, Parts made) {
  if (made.fit.size() <= before.fit.size()) return made;  // a sample for each record, or fewer
  made.fit = limited(config, made.fit);
  Parts few = aided_parts(config, made);
  few.fitted_to = made.fitted_to;
  return few;
}

train::CallbackRef aid_callback(const Config& config, const Tell& tell) {
  const std::int64_t batches = aids_of(config).overfit_batches;
  return batches > 0 && dev_batches(config) == 0 ? std::make_shared<Overfitted>(batches, tell) : nullptr;
}

}  // namespace luge::experiment

namespace luge::options {

using experiment::FewBatches;

Value Type<FewBatches>::get(const FewBatches& member) {
  if (member.count == 0) return std::string("false");
  return std::vector<std::int64_t>{member.count};
}

void Type<FewBatches>::set(FewBatches& member, const Value& value) {
  if (const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value)) {
    if (wholes->size() != 1 || wholes->front() < 0) throw ValueError("expected a number of batches");
    member.count = wholes->front();
    return;
  }
  const auto& text = std::get<std::string>(value);
  if (text != "true" && text != "false") throw ValueError("expected true, false or a number of batches");
  member.count = text == "true" ? 1 : 0;
}

}  // namespace luge::options
