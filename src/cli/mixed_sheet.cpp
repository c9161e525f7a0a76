#include "cli/mixed_sheet.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "cli/data_sheet.h"
#include "experiment/augmented.h"
#include "luge/data/batches.h"
#include "luge/data/mix.h"
#include "luge/draw/picture_grid.h"

namespace luge::cli {
namespace {

using data::HostArray;

// Row `row` of a field of a batch.
HostArray row_of(const HostArray& values, std::int64_t row) {
  HostArray one(data::Field{values.field.dtype, values.field.shape.without(0)});
  const auto at = values.bytes.begin() + static_cast<std::ptrdiff_t>(row) * std::ssize(one.bytes);
  std::copy_n(at, one.bytes.size(), one.bytes.begin());
  return one;
}

// "cat 0.70, dog 0.30": the classes that have a share, the largest first.
std::string shares_text(const data::Info& info, const HostArray& target) {
  if (target.field.dtype != f32 || info.classes.empty()) return "";
  const std::span<const float> shares = target.as<float>();
  std::vector<std::size_t> order(std::min(shares.size(), info.classes.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shares[a] > shares[b]; });
  std::vector<std::string> parts;
  for (const std::size_t k : order) {
    if (shares[k] > 0) parts.push_back(fmt::format("{} {:.2f}", info.classes[k], shares[k]));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

data::MixOptions options_for(const data::Info& info, std::uint64_t seed) {
  data::MixOptions options{.seed = seed};
  if (!info.target() || info.target()->dtype != i64 || info.classes.empty()) return options;
  options.targets = data::MixedTargets::shares;
  options.classes = std::ssize(info.classes);
  return options;
}

}  // namespace

bool mixes_batches(const experiment::Config& config) {
  if (!config.given("data.augment")) return false;
  const auto chosen = config.all_chosen("augmentation");
  return std::any_of(chosen.begin(), chosen.end(), experiment::changes_batches);
}

draw::Figure mixed_sheet(const experiment::Config& config, const data::Dataset& part, std::int64_t count,
                         std::int64_t epoch, std::uint64_t seed, const std::string& title) {
  std::optional<data::BatchAugmentation> all;
  for (const experiment::Choice& each : config.all_chosen("augmentation")) {
    if (!experiment::changes_batches(each)) continue;
    const data::BatchAugmentation next = data::batch_augmentation(each.name, each.values);
    all = all ? all->then(next) : next;
  }
  const data::Info& info = part.info();
  const data::Batches batches = part.select(spread(part.size(), count))
                                    .batch(std::min(count, part.size()))
                                    .mix(*all, options_for(info, seed));
  const data::HostBatch batch = *batches.epoch(epoch).next();
  std::vector<draw::Picture> pictures;
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    const data::Record record = {{std::string(data::kInput), row_of(batch.input(), row)}};
    draw::Picture picture{.image = image_of(info, record), .caption = std::to_string(row)};
    if (const HostArray* target = batch.values.find(data::kTarget)) {
      const std::string shares = shares_text(info, row_of(*target, row));
      if (!shares.empty()) picture.caption = shares;
    }
    pictures.push_back(std::move(picture));
  }
  return draw::picture_grid(pictures, {.title = title});
}

}  // namespace luge::cli
