#include "luge/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "data/fingerprint.h"
#include "data/permutation.h"
#include "data/views/views.h"
#include "luge/data/batches.h"
#include "luge/error.h"

namespace luge::data {
namespace {

std::string types_of(const Info& info) {
  return fmt::format("{} {}", info.input.to_string(), info.target ? info.target->to_string() : "-");
}

}  // namespace

std::uint64_t Source::fingerprint() const {
  Fingerprint hash;
  HostArray input(info().input), target;
  if (info().target) target = HostArray(*info().target);
  for (std::int64_t i = 0; i < size(); ++i) {
    read(i, input.bytes, target.bytes);
    hash.add(std::span<const std::byte>(input.bytes)).add(std::span<const std::byte>(target.bytes));
  }
  return hash.value();
}

std::string Field::to_string() const {
  return fmt::format("{}{}", luge::name(dtype), shape.rank() == 0 ? "[]" : shape.to_string());
}

Dataset::Dataset(std::shared_ptr<const Source> source) : source_(std::move(source)) {
  if (!source_) throw ValueError("Dataset: the source is null");
}

Sample Dataset::get(std::int64_t index) const {
  if (index < 0 || index >= size()) {
    throw IndexError(fmt::format("{}: sample {} does not exist; it has {}", info().name, index, size()));
  }
  Sample sample{HostArray(info().input), {}};
  if (info().target) sample.target = HostArray(*info().target);
  source_->read(index, sample.input.bytes, sample.target.bytes);
  return sample;
}

std::uint64_t Dataset::fingerprint() const {
  return Fingerprint()
      .add(types_of(info()))
      .add(static_cast<std::uint64_t>(size()))
      .add(source_->fingerprint())
      .value();
}

Dataset Dataset::map(std::function<Sample(Sample)> function) const {
  return Dataset(map_view(source_, [function = std::move(function)](Sample sample, std::uint64_t) {
    return function(std::move(sample));
  }));
}

Dataset Dataset::augment(std::function<Sample(Sample, std::uint64_t)> function, std::uint64_t seed) const {
  return Dataset(augment_view(source_, std::move(function), seed));
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

std::pair<Dataset, Dataset> Dataset::split(double fraction, const SplitOptions& options) const {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw ValueError(fmt::format("split: fraction is {}; expected 0 to 1", fraction));
  }
  const auto frozen = source_->at_epoch(0);
  const auto& whole = frozen ? frozen : source_;
  const auto first = static_cast<std::int64_t>(static_cast<double>(size()) * fraction + 0.5);
  std::vector<std::int64_t> order(static_cast<std::size_t>(size()));
  if (options.random) {
    order = permutation(size(), options.seed, kSplitStream);
    std::sort(order.begin(), order.begin() + first);  // each part in the order of the whole
    std::sort(order.begin() + first, order.end());
  } else {
    std::iota(order.begin(), order.end(), 0);
  }
  std::vector<std::int64_t> rest(order.begin() + first, order.end());
  order.resize(static_cast<std::size_t>(first));
  return {Dataset(select_view(whole, std::move(order))), Dataset(select_view(whole, std::move(rest)))};
}

Batches Dataset::batch(std::int64_t size) const { return Batches(*this, size); }
Batches Dataset::batch(std::int64_t size, const BatchOptions& options) const {
  return Batches(*this, size, options);
}

}  // namespace luge::data
