#include "experiment/several_parts.h"

#include <fmt/format.h>

#include "core/philox.h"
#include "experiment/several_options.h"
#include "experiment/share_parts.h"
#include "experiment/train_options.h"
#include "luge/data/pairs.h"

namespace luge::experiment {
namespace {

constexpr std::uint64_t kMemberStream = std::uint64_t{1} << 57;
constexpr const char* kSplit = "data.validation_split";

std::uint64_t split_seed(const Config& config) {
  return static_cast<std::uint64_t>(read<StepOptions>(config).seed);
}

// The field that keeps its shares in all parts.
std::string classes_of(const data::Dataset& samples) {
  const data::Field* target = samples.info().target();
  const bool labels = target && is_integer(target->dtype) && target->shape.rank() == 0;
  return labels ? std::string(data::kTarget) : "";
}

void check_one(const Config& config, const char* all, const char* one) {
  if (!is_given(config, all)) return;
  const std::int64_t count = config.integer(all, 2);
  if (!is_given(config, one)) {
    throw SettingError(fmt::format(
        "{}: is several trainings; luge train (experiment::Trainings) runs them all, and {}=1 is one of them",
        config.said(all), config.shown(one)));
  }
  if (config.integer(one, 1) > count) config.refuse(one, fmt::format("1 to {}, the number of all", count));
}

// The part that is trained on, and a share of it that is held back to choose the best epoch on.
std::pair<data::Dataset, data::Dataset> validated(const Config& config, const data::Dataset& samples,
                                                  const DataSet& data) {
  double share = read<DataOptions>(config).validation_split;
  if (data.complete || static_cast<double>(samples.size()) * share < 1) share = 0;
  // Several translations of one text are in one part.
  if (data::holds_pairs(samples.info())) return data::split_by_text(samples, 1 - share, split_seed(config));
  return samples.split(1 - share,
                       {.seed = split_seed(config), .stratify = data.stratified ? classes_of(samples) : ""});
}

Parts fold_parts(const Config& config, const DataSet& data) {
  const std::int64_t count = config.integer(kFolds, 2), samples = limited(config, data.train).size();
  if (data.complete) {
    throw SettingError(fmt::format("{}: {} holds all cases that there are, so that none can be held out",
                                   config.said(kFolds), data.name));
  }
  if (samples < 2)
    throw SettingError(
        fmt::format("{}: {} has {} sample; expected at least 2", config.said(kFolds), data.name, samples));
  if (count > samples) config.refuse(kFolds, fmt::format("2 to {}, the number of samples", samples));
  const std::size_t fold = static_cast<std::size_t>(config.integer(kFold, 1)) - 1;
  Parts own = folds(config, data, count)[fold];
  const bool chooses =
      config.given(kSplit) && read<DataOptions>(config).validation_split > 0;
  if (!chooses) return own;
  auto [fit, valid] = validated(config, own.fit, data);
  return {std::move(fit), std::move(valid), std::move(own.valid)};
}

Parts member_parts(const Config& config, const Parts& all) {
  if (!read<EnsembleOptions>(config).bootstrap) return all;
  auto [bag, rest] = all.fit.bootstrap(static_cast<std::uint64_t>(own_seed(config)));
  return {std::move(bag), all.valid, rest.size() > 0 ? std::optional(std::move(rest)) : std::nullopt,
          all.fit};
}

}  // namespace

void settle_parts(Config& config) {
  if (is_given(config, kFolds)) config.set_default(kSplit, "0", Source::fallback);
}

std::int64_t own_seed(const Config& config) {
  const std::int64_t seed = read<StepOptions>(config).seed;
  const auto point = share_point(config);
  if (point ? point->seed == 1 : !is_given(config, kMember)) return seed;
  const PhiloxBlock words =
      philox(static_cast<std::uint64_t>(seed), kMemberStream,
             static_cast<std::uint64_t>(point ? point->seed : config.integer(kMember, 1)));
  return static_cast<std::int64_t>((std::uint64_t{words[0]} << 30) | (words[1] >> 2));
}

data::Dataset some_of(const Config& config, const data::Dataset& samples, std::int64_t count) {
  if (count >= samples.size()) return samples;
  const double share = static_cast<double>(count) / static_cast<double>(samples.size());
  return samples.split(share, {.seed = split_seed(config), .stratify = classes_of(samples)}).first;
}

data::Dataset limited(const Config& config, const data::Dataset& samples) {
  return some_of(config, samples, read<LimitOptions>(config).limit.value_or(samples.size()));
}

std::vector<Parts> folds(const Config& config, const DataSet& data, std::int64_t k) {
  const data::Dataset samples = limited(config, data.train);
  std::vector<Parts> all;
  for (auto& [fit, valid] : samples.k_fold(k, {.seed = split_seed(config), .stratify = classes_of(samples)}))
    all.push_back({std::move(fit), std::move(valid)});
  return all;
}

Parts training_parts(const Config& config, const DataSet& data) {
  if (is_given(config, kFolds) && is_given(config, kMembers)) {
    throw SettingError(
        fmt::format("{}: with {} it would be both a cross-validation and an ensemble; choose one",
                    config.said(kMembers), config.said(kFolds)));
  }
  check_one(config, kFolds, kFold);
  check_one(config, kMembers, kMember);
  check_shares(config);
  if (is_given(config, kShares) && !is_given(config, kPoint)) {
    throw SettingError(
        fmt::format("{}: is several trainings; luge train (experiment::Trainings) runs them all, and "
                    "curve.point=1 is one "
                    "of them",
                    config.said(kShares)));
  }
  if (is_given(config, kFolds)) return fold_parts(config, data);
  const data::Dataset samples = limited(config, data.train);
  // A data set may bring validation samples of its own. A run keeps all defaults as if they were given.
  const bool chosen = config.given(kSplit) && config.origin(kSplit).source != Source::fallback;
  const bool brought = data.valid && (data.brings_share || !chosen);
  auto [fit, valid] = brought ? std::pair(samples, *data.valid) : validated(config, samples, data);
  const Parts all{std::move(fit), std::move(valid)};
  if (is_given(config, kShares)) return share_parts(config, data, all);
  return is_given(config, kMembers) ? member_parts(config, all) : all;
}

}  // namespace luge::experiment
