// Views that are new in each epoch: shuffled, drawn, and sorted into batches of similar lengths.
#include <algorithm>
#include <numeric>

#include "data/fingerprint.h"
#include "data/permutation.h"
#include "data/views/views.h"

namespace luge::data {
namespace {

// Other records, or the same in another order, in each epoch.
class EpochView : public Source {
 public:
  explicit EpochView(SourceRef source) : source_(std::move(source)) {}
  std::int64_t size() const override { return first_epoch_->size(); }
  const Info& info() const override { return source_->info(); }
  void read(std::int64_t index, Row& row) const override { first_epoch_->read(index, row); }
  std::string where(std::int64_t index) const override { return first_epoch_->where(index); }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return first_epoch_->shape_of(index, field);
  }
  SourceRef at_epoch(std::int64_t epoch) const override { return epoch == 0 ? first_epoch_ : chosen(epoch); }

 protected:
  virtual std::vector<std::int64_t> indices(const Source& source, std::int64_t epoch) const = 0;
  /// To be called by the constructor of each view.
  void begin() { first_epoch_ = chosen(0); }
  SourceRef source_;

 private:
  SourceRef chosen(std::int64_t epoch) const {
    SourceRef below = source_->at_epoch(epoch);
    if (!below) below = source_;
    auto order = indices(*below, epoch);
    return select_view(std::move(below), std::move(order));
  }
  SourceRef first_epoch_;
};

class ShuffleView final : public EpochView {
 public:
  ShuffleView(SourceRef source, std::uint64_t seed) : EpochView(std::move(source)), seed_(seed) { begin(); }
  std::uint64_t fingerprint() const override {
    return Fingerprint().add(source_->fingerprint()).add(seed_).value();
  }

 private:
  std::vector<std::int64_t> indices(const Source& source, std::int64_t epoch) const override {
    return permutation(source.size(), seed_, static_cast<std::uint64_t>(epoch));
  }
  std::uint64_t seed_;
};

class DrawView final : public EpochView {
 public:
  DrawView(SourceRef source, std::int64_t count, const std::vector<double>& weights, std::uint64_t seed)
      : EpochView(std::move(source)), count_(count), seed_(seed), until_(weights.size()) {
    std::partial_sum(weights.begin(), weights.end(), until_.begin());
    begin();
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint()
        .add(source_->fingerprint())
        .add(static_cast<std::uint64_t>(count_))
        .add(std::span<const double>(until_))
        .add(seed_)
        .value();
  }

 private:
  std::vector<std::int64_t> indices(const Source& source, std::int64_t epoch) const override {
    std::vector<std::int64_t> drawn(static_cast<std::size_t>(count_));
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const std::uint64_t word =
          random_word(seed_, kDrawStream | static_cast<std::uint64_t>(epoch), static_cast<std::int64_t>(i));
      drawn[i] = until_.empty() ? static_cast<std::int64_t>(word % static_cast<std::uint64_t>(source.size()))
                                : by_weight(static_cast<double>(word >> 11) * 0x1p-53);
    }
    return drawn;
  }
  // The record whose share of the weights holds this part of their sum.
  std::int64_t by_weight(double part) const {
    const auto found = std::upper_bound(until_.begin(), until_.end(), part * until_.back());
    return std::min(found, until_.end() - 1) - until_.begin();
  }
  std::int64_t count_;
  std::uint64_t seed_;
  std::vector<double> until_;  // sums of the weights
};

// Records of similar lengths side by side, so that little of a batch is padding. Runs of `window` records in
// the order below are sorted; then the batches of the epoch are shuffled.
class SimilarView final : public EpochView {
 public:
  SimilarView(SourceRef source, std::size_t field, std::int64_t window, std::int64_t batch,
              std::uint64_t seed)
      : EpochView(std::move(source)), field_(field), window_(window), batch_(batch), seed_(seed) {
    begin();
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint()
        .add(source_->fingerprint())
        .add(field_)
        .add(static_cast<std::uint64_t>(window_))
        .add(static_cast<std::uint64_t>(batch_))
        .add(seed_)
        .value();
  }

 private:
  std::vector<std::int64_t> indices(const Source& source, std::int64_t epoch) const override {
    const std::int64_t count = source.size();
    std::vector<std::int64_t> order(static_cast<std::size_t>(count)), lengths(order.size());
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = 0; i < count; ++i)
      lengths[static_cast<std::size_t>(i)] = source.shape_of(i, field_).elements();
    for (std::int64_t first = 0; first < count; first += window_) {
      std::stable_sort(order.begin() + first, order.begin() + std::min(first + window_, count),
                       [&](std::int64_t a, std::int64_t b) {
                         return lengths[static_cast<std::size_t>(a)] < lengths[static_cast<std::size_t>(b)];
                       });
    }
    std::vector<std::int64_t> result;
    result.reserve(order.size());
    const std::int64_t full = count / batch_;
    for (const std::int64_t b : permutation(full, seed_, kSimilarStream | static_cast<std::uint64_t>(epoch)))
      result.insert(result.end(), order.begin() + b * batch_, order.begin() + (b + 1) * batch_);
    result.insert(result.end(), order.begin() + full * batch_, order.end());  // the smaller one stays last
    return result;
  }
  std::size_t field_;
  std::int64_t window_, batch_;
  std::uint64_t seed_;
};

}  // namespace

SourceRef shuffle_view(SourceRef source, std::uint64_t seed) {
  return std::make_shared<ShuffleView>(std::move(source), seed);
}

SourceRef draw_view(SourceRef source, std::int64_t count, const std::vector<double>& weights,
                    std::uint64_t seed) {
  return std::make_shared<DrawView>(std::move(source), count, weights, seed);
}

SourceRef similar_view(SourceRef source, std::size_t field, std::int64_t window, std::int64_t batch,
                       std::uint64_t seed) {
  return std::make_shared<SimilarView>(std::move(source), field, window, batch, seed);
}

}  // namespace luge::data
