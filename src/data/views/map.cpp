// map and augment: apply a function of the user to every sample.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "data/fingerprint.h"
#include "data/permutation.h"
#include "data/views/views.h"
#include "luge/data/dataset.h"
#include "luge/error.h"

namespace luge::data {
namespace {

void copy(const HostArray& value, const Field& expected, std::span<std::byte> into, std::string_view what,
          const std::string& where) {
  if (value.field != expected || value.bytes.size() != into.size()) {
    throw ShapeError(fmt::format("map: the {} of {} became {} ({} bytes); that of the first sample is {}",
                                 what, where, value.field.to_string(), value.bytes.size(),
                                 expected.to_string()));
  }
  if (!into.empty()) std::memcpy(into.data(), value.bytes.data(), into.size());
}

class MapView final : public Source {
 public:
  MapView(SourceRef source, KeyedFunction function, std::optional<std::uint64_t> seed, std::int64_t epoch)
      : source_(std::move(source)),
        function_(std::move(function)),
        seed_(seed),
        epoch_(epoch),
        info_(source_->info()) {
    if (!seed_) info_.preprocessing.reset();  // an augmented input still means the same
    if (source_->size() == 0) return;
    const Sample first = mapped(0);
    info_.input = first.input.field;
    info_.target.reset();
    if (!first.target.bytes.empty()) info_.target = first.target.field;
  }
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const override {
    const Sample sample = mapped(index);
    copy(sample.input, info_.input, input, "input", where(index));
    copy(sample.target, info_.target.value_or(sample.target.field), target, "target", where(index));
  }
  std::string where(std::int64_t index) const override { return source_->where(index); }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    if (!below && (!seed_ || epoch == epoch_)) return nullptr;
    return std::make_shared<MapView>(below ? std::move(below) : source_, function_, seed_, epoch);
  }
  // Running the function on all samples would take too long; the samples of the source are all read.
  std::uint64_t fingerprint() const override {
    constexpr std::int64_t kProbes = 64;
    Fingerprint hash;
    hash.add(source_->fingerprint()).add(seed_.value_or(0)).add(static_cast<std::uint64_t>(epoch_));
    const std::int64_t probes = std::min(kProbes, size());
    for (std::int64_t i = 0; i < probes; ++i) {
      const Sample sample = mapped(probes == 1 ? 0 : i * (size() - 1) / (probes - 1));
      hash.add(std::span<const std::byte>(sample.input.bytes))
          .add(std::span<const std::byte>(sample.target.bytes));
    }
    return hash.value();
  }

 private:
  Sample mapped(std::int64_t index) const {
    return function_(Dataset(source_).get(index), seed_ ? sample_key(*seed_, epoch_, index) : 0);
  }
  SourceRef source_;
  KeyedFunction function_;
  std::optional<std::uint64_t> seed_;
  std::int64_t epoch_;
  Info info_;
};

}  // namespace

SourceRef map_view(SourceRef source, KeyedFunction function) {
  return std::make_shared<MapView>(std::move(source), std::move(function), std::nullopt, 0);
}

SourceRef augment_view(SourceRef source, KeyedFunction function, std::uint64_t seed) {
  return std::make_shared<MapView>(std::move(source), std::move(function), seed, 0);
}

}  // namespace luge::data
