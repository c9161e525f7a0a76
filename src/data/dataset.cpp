#include "luge/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/fingerprint.h"
#include "data/views/views.h"
#include "luge/data/augment.h"
#include "luge/data/batches.h"
#include "luge/error.h"

namespace luge::data {
namespace {

Sample to_sample(Record record) {
  Sample sample{std::move(record[kInput]), {}};
  if (record.contains(kTarget)) sample.target = std::move(record[kTarget]);
  return sample;
}

// The record with this input and target; its other fields stay.
Record with_sample(Record record, Sample sample) {
  record.set(kInput, std::move(sample.input));
  if (record.contains(kTarget) && sample.target.bytes.empty()) record.erase(kTarget);
  if (!sample.target.bytes.empty()) record.set(kTarget, std::move(sample.target));
  return record;
}

// Of inputs and targets as checkpoints of earlier versions have it.
std::string types_of(const Info& info) {
  if (info.fields.size() != 2 || !info.fields.find(kInput) || !info.target()) return info.fields.to_string();
  return fmt::format("{} {}", info.input().to_string(), info.target()->to_string());
}

// Bytes that an augmentation may be given instead of what a scaling made of them: a quarter of the memory.
std::optional<Unscaled> bytes_for(const std::function<Record(Record, std::uint64_t)>& function,
                                  const AugmentOptions& options, const SourceRef& source) {
  const auto* named = function.target<Augmentation>();
  if (!named || !named->copies() || options.fields.size() > 0) return std::nullopt;
  auto found = unscaled(source);
  if (!found || found->source->info().input().dtype != u8) return std::nullopt;
  for (const Affine& each : found->affines) {
    const auto keeps_zero = [](float offset) { return offset == 0; };
    if (!std::all_of(each.offset.begin(), each.offset.end(), keeps_zero)) return std::nullopt;
  }
  return found;
}

}  // namespace

Dataset::Dataset(std::shared_ptr<const Source> source) : source_(std::move(source)) {
  if (!source_) throw ValueError("Dataset: the source is null");
}

Sample Dataset::get(std::int64_t index) const { return to_sample(record(index)); }

Record Dataset::record(std::int64_t index) const { return read_record(*source_, index); }

std::uint64_t Dataset::fingerprint() const {
  return Fingerprint()
      .add(types_of(info()))
      .add(static_cast<std::uint64_t>(size()))
      .add(source_->fingerprint())
      .value();
}

Dataset Dataset::map(std::function<Sample(Sample)> function) const {
  return map([function = std::move(function)](Record record) {
    Sample sample = function(to_sample(record));
    return with_sample(std::move(record), std::move(sample));
  });
}

Dataset Dataset::map(std::function<Record(Record)> function, const MapOptions& options) const {
  return Dataset(map_view(
      source_,
      [function = std::move(function)](Record record, std::uint64_t) { return function(std::move(record)); },
      options.fields));
}

Dataset Dataset::augment(std::function<Sample(Sample, std::uint64_t)> function, std::uint64_t seed) const {
  return augment(
      [function = std::move(function)](Record record, std::uint64_t key) {
        Sample sample = function(to_sample(record), key);
        return with_sample(std::move(record), std::move(sample));
      },
      seed);
}

Dataset Dataset::augment(std::function<Record(Record, std::uint64_t)> function, std::uint64_t seed,
                         const AugmentOptions& options) const {
  if (options.group < 1)
    throw ValueError(fmt::format("augment: group is {}; expected at least 1", options.group));
  if (auto bytes = bytes_for(function, options, source_)) {
    SourceRef made = Dataset(std::move(bytes->source)).augment(std::move(function), seed, options).source();
    for (const Affine& each : bytes->affines) made = affine_view(std::move(made), each);
    return Dataset(std::move(made));
  }
  // A registered augmentation knows the fields that it makes; the caller may know better.
  Schema fields;
  if (const auto* named = function.target<Augmentation>()) fields = named->fields(info().fields);
  for (const auto& [name, field] : options.fields) fields.set(name, field);
  return Dataset(augment_view(source_, std::move(function), seed, fields, options.group));
}

Dataset Dataset::combine(std::function<Record(std::span<const Record>, std::uint64_t)> function,
                         const CombineOptions& options) const {
  if (size() == 0) throw ValueError(fmt::format("combine: {} has no samples", info().name));
  if (options.others == 0) throw ValueError("combine: others is 0; expected at least 1");
  return Dataset(combine_view(source_, of_first_epoch(source_), options.others, std::move(function),
                              options.seed, options.fields));
}

Dataset Dataset::fields(const std::vector<std::string>& names) const {
  return Dataset(fields_view(source_, names, names));
}

Dataset Dataset::rename(const std::string& from, const std::string& to) const {
  std::vector<std::string> before = info().fields.names(), after = before;
  const std::size_t k = info().fields.index(from);
  if (from != to && info().fields.find(to))
    throw ValueError(fmt::format("rename: there is a field '{}' already", to));
  after[k] = to;
  return Dataset(fields_view(source_, before, after));
}

Dataset Dataset::affine(const Affine& affine) const { return Dataset(affine_view(source_, affine)); }

Dataset Dataset::shuffle(const ShuffleOptions& options) const {
  return Dataset(shuffle_view(source_, options.seed));
}

Dataset Dataset::take(std::int64_t count) const {
  if (count < 0) throw ValueError(fmt::format("take: count is {}; expected at least 0", count));
  return Dataset(range_view(source_, 0, std::min(count, size())));
}

Dataset Dataset::skip(std::int64_t count) const {
  if (count < 0) throw ValueError(fmt::format("skip: count is {}; expected at least 0", count));
  const std::int64_t first = std::min(count, size());
  return Dataset(range_view(source_, first, size() - first));
}

Dataset Dataset::select(std::vector<std::int64_t> indices) const {
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= size()) {
      throw IndexError(
          fmt::format("select: sample {} does not exist; {} has {}", index, info().name, size()));
    }
  }
  return Dataset(select_view(source_, std::move(indices)));
}

Dataset Dataset::where_true(const std::function<bool(const Record&)>& wanted) const {
  const auto whole = of_first_epoch(source_);
  std::vector<std::int64_t> found;
  for (std::int64_t i = 0; i < size(); ++i) {
    if (wanted(read_record(*whole, i))) found.push_back(i);
  }
  return Dataset(select_view(whole, std::move(found)));
}

Dataset Dataset::draw(std::int64_t count, const DrawOptions& options) const {
  if (count < 0) throw ValueError(fmt::format("draw: count is {}; expected at least 0", count));
  if (size() == 0) throw ValueError(fmt::format("draw: {} has no samples", info().name));
  if (!options.weights.empty() && static_cast<std::int64_t>(options.weights.size()) != size()) {
    throw ValueError(fmt::format("draw: {} weights for {} samples; expected one for each",
                                 options.weights.size(), size()));
  }
  double sum = 0;
  for (const double weight : options.weights) {
    if (!(weight >= 0)) throw ValueError(fmt::format("draw: a weight is {}; expected 0 or more", weight));
    sum += weight;
  }
  if (!options.weights.empty() && !(sum > 0 && std::isfinite(sum)))
    throw ValueError(fmt::format("draw: the sum of the weights is {}; expected a number above 0", sum));
  return Dataset(draw_view(source_, count, options.weights, options.seed));
}

Dataset Dataset::similar(const std::string& field, std::int64_t batch, std::int64_t window,
                         std::uint64_t seed) const {
  if (batch < 1) throw ValueError(fmt::format("similar: batch is {}; expected at least 1", batch));
  if (window < 1) throw ValueError(fmt::format("similar: window is {}; expected at least 1", window));
  return Dataset(similar_view(source_, info().fields.index(field), window, batch, seed));
}

Batches Dataset::batch(std::int64_t size) const { return Batches(*this, size); }
Batches Dataset::batch(std::int64_t size, const BatchOptions& options) const {
  return Batches(*this, size, options);
}

}  // namespace luge::data
