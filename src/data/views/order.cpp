// Views that change which samples there are and in which order: take, skip, select, split and shuffle.
#include "data/fingerprint.h"
#include "data/permutation.h"
#include "data/views/views.h"

namespace luge::data {
namespace {

using Indices = std::shared_ptr<const std::vector<std::int64_t>>;

class SelectView final : public Source {
 public:
  SelectView(SourceRef source, Indices indices) : source_(std::move(source)), indices_(std::move(indices)) {}
  std::int64_t size() const override { return static_cast<std::int64_t>(indices_->size()); }
  const Info& info() const override { return source_->info(); }
  void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const override {
    source_->read(at(index), input, target);
  }
  std::string where(std::int64_t index) const override { return source_->where(at(index)); }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    return below ? std::make_shared<SelectView>(std::move(below), indices_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint().add(source_->fingerprint()).add(std::span<const std::int64_t>(*indices_)).value();
  }

 private:
  std::int64_t at(std::int64_t index) const { return (*indices_)[static_cast<std::size_t>(index)]; }
  SourceRef source_;
  Indices indices_;
};

class RangeView final : public Source {
 public:
  RangeView(SourceRef source, std::int64_t first, std::int64_t count)
      : source_(std::move(source)), first_(first), count_(count) {}
  std::int64_t size() const override { return count_; }
  const Info& info() const override { return source_->info(); }
  void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const override {
    source_->read(first_ + index, input, target);
  }
  std::string where(std::int64_t index) const override { return source_->where(first_ + index); }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    return below ? std::make_shared<RangeView>(std::move(below), first_, count_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint()
        .add(source_->fingerprint())
        .add(static_cast<std::uint64_t>(first_))
        .add(static_cast<std::uint64_t>(count_))
        .value();
  }

 private:
  SourceRef source_;
  std::int64_t first_, count_;
};

class ShuffleView final : public Source {
 public:
  ShuffleView(SourceRef source, std::uint64_t seed)
      : source_(std::move(source)), seed_(seed), first_epoch_(order(0)) {}
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return source_->info(); }
  void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const override {
    first_epoch_->read(index, input, target);
  }
  std::string where(std::int64_t index) const override { return first_epoch_->where(index); }
  SourceRef at_epoch(std::int64_t epoch) const override { return epoch == 0 ? first_epoch_ : order(epoch); }
  std::uint64_t fingerprint() const override {
    return Fingerprint().add(source_->fingerprint()).add(seed_).value();
  }

 private:
  SourceRef order(std::int64_t epoch) const {
    SourceRef below = source_->at_epoch(epoch);
    auto indices = permutation(source_->size(), seed_, static_cast<std::uint64_t>(epoch));
    return select_view(below ? std::move(below) : source_, std::move(indices));
  }
  SourceRef source_;
  std::uint64_t seed_;
  SourceRef first_epoch_;
};

}  // namespace

SourceRef select_view(SourceRef source, std::vector<std::int64_t> indices) {
  return std::make_shared<SelectView>(std::move(source),
                                      std::make_shared<const std::vector<std::int64_t>>(std::move(indices)));
}

SourceRef range_view(SourceRef source, std::int64_t first, std::int64_t count) {
  return std::make_shared<RangeView>(std::move(source), first, count);
}

SourceRef shuffle_view(SourceRef source, std::uint64_t seed) {
  return std::make_shared<ShuffleView>(std::move(source), seed);
}

}  // namespace luge::data
