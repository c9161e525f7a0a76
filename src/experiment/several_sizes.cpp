#include "experiment/several_sizes.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/philox.h"
#include "experiment/picture_keys.h"
#include "luge/data/augment.h"

namespace luge::experiment {
namespace {

constexpr const char* kSizes = "data.sizes";

bool is_square(const data::Schema& fields) {
  const auto input = fields.find(data::kInput);
  if (!input || fields[*input].text) return false;
  const Shape& shape = fields[*input].shape;
  return shape.rank() == 3 && shape[1] > 0 && shape[1] == shape[2];
}

std::vector<data::Augmentation> resizes(const std::vector<std::int64_t>& sizes) {
  std::vector<data::Augmentation> all;
  for (const std::int64_t size : sizes)
    all.push_back(data::augmentation("resize", {{"size", std::vector<std::int64_t>{size, size}}}));
  return all;
}

// Each field as all sizes have it.
data::Schema fields_of(const std::vector<data::Augmentation>& all, const data::Schema& before) {
  data::Schema fields = before;
  const auto input = *before.find(data::kInput);
  for (const auto& [name, field] : all.front().fields(before)) fields.set(name, field);
  data::Field picture = before[input];
  picture.shape = Shape{picture.shape[0], unknown, unknown};
  fields.set(std::string(data::kInput), picture);
  return fields;
}

}  // namespace

data::Batches batched(const Config& config, const data::Dataset& epoch, std::int64_t size,
                      std::uint64_t seed) {
  if (!config.knows(kSizes)) return epoch.batch(size);
  const std::vector<std::int64_t> sizes = read<PictureKeys>(config).sizes;
  if (sizes.empty()) return epoch.batch(size);
  const data::Schema& before = epoch.info().fields;
  if (!is_square(before)) {
    throw SettingError(
        fmt::format("{}: the samples of {} are {}; expected square pictures of one size, which "
                    "data.size=256 makes",
                    config.said(kSizes), epoch.info().name, before.to_string()));
  }
  const std::vector<data::Augmentation> all = resizes(sizes);
  const data::Dataset sized = epoch.augment(
      [all](data::Record record, std::uint64_t key) {
        return all[philox(key, 0, 0)[0] % all.size()](std::move(record), key);
      },
      seed, {.fields = fields_of(all, before), .group = size});
  return sized.batch(size, {.collate = {{std::string(data::kInput), data::Collate::same()}}});
}

}  // namespace luge::experiment
