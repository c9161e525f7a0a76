// Views of some of the records: select, take and skip.
#include "data/fingerprint.h"
#include "data/views/views.h"

namespace luge::data {
namespace {

using Indices = std::shared_ptr<const std::vector<std::int64_t>>;

class SelectView final : public Source, public Scaled {
 public:
  SelectView(SourceRef source, Indices indices) : source_(std::move(source)), indices_(std::move(indices)) {}
  std::int64_t size() const override { return static_cast<std::int64_t>(indices_->size()); }
  const Info& info() const override { return source_->info(); }
  void read(std::int64_t index, Row& row) const override { source_->read(at(index), row); }
  std::string where(std::int64_t index) const override { return source_->where(at(index)); }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return source_->shape_of(at(index), field);
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    return below ? std::make_shared<SelectView>(std::move(below), indices_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint().add(source_->fingerprint()).add(std::span<const std::int64_t>(*indices_)).value();
  }
  std::optional<Unscaled> unscaled() const override {
    auto below = data::unscaled(source_);
    if (below) below->source = std::make_shared<SelectView>(below->source, indices_);
    return below;
  }

 private:
  std::int64_t at(std::int64_t index) const { return (*indices_)[static_cast<std::size_t>(index)]; }
  SourceRef source_;
  Indices indices_;
};

class RangeView final : public Source, public Scaled {
 public:
  RangeView(SourceRef source, std::int64_t first, std::int64_t count)
      : source_(std::move(source)), first_(first), count_(count) {}
  std::int64_t size() const override { return count_; }
  const Info& info() const override { return source_->info(); }
  void read(std::int64_t index, Row& row) const override { source_->read(first_ + index, row); }
  std::string where(std::int64_t index) const override { return source_->where(first_ + index); }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return source_->shape_of(first_ + index, field);
  }
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
  std::optional<Unscaled> unscaled() const override {
    auto below = data::unscaled(source_);
    if (below) below->source = std::make_shared<RangeView>(below->source, first_, count_);
    return below;
  }

 private:
  SourceRef source_;
  std::int64_t first_, count_;
};

}  // namespace

SourceRef select_view(SourceRef source, std::vector<std::int64_t> indices) {
  return std::make_shared<SelectView>(std::move(source),
                                      std::make_shared<const std::vector<std::int64_t>>(std::move(indices)));
}

SourceRef range_view(SourceRef source, std::int64_t first, std::int64_t count) {
  return std::make_shared<RangeView>(std::move(source), first, count);
}

}  // namespace luge::data
