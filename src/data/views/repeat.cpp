// repeat: several epochs of a source as one.
#include "luge/data/repeat.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <mutex>

#include "data/fingerprint.h"
#include "data/views/views.h"
#include "luge/error.h"

namespace luge::data {
namespace {

class RepeatView final : public Source {
 public:
  RepeatView(SourceRef source, std::int64_t times, std::int64_t first_pass)
      : source_(std::move(source)), times_(times), first_pass_(first_pass) {
    changes_ = source_->at_epoch(first_pass_) != nullptr;
  }
  std::int64_t size() const override { return source_->size() * times_; }
  const Info& info() const override { return source_->info(); }
  void read(std::int64_t index, Row& row) const override { pass_of(index)->read(within(index), row); }
  std::string where(std::int64_t index) const override { return pass_of(index)->where(within(index)); }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return pass_of(index)->shape_of(within(index), field);
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    return changes_ ? std::make_shared<RepeatView>(source_, times_, epoch * times_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint().add(source_->fingerprint()).add(static_cast<std::uint64_t>(times_)).value();
  }

 private:
  std::int64_t within(std::int64_t index) const { return index % source_->size(); }
  SourceRef pass_of(std::int64_t index) const {
    if (!changes_) return source_;
    const std::int64_t pass = first_pass_ + index / source_->size();
    const std::lock_guard lock(mutex_);
    SourceRef& found = passes_[pass];
    if (!found) found = source_->at_epoch(pass);
    SourceRef result = found;
    // Batches that are read ahead need two passes at the same time; a shuffle keeps the order of each.
    while (passes_.size() > kKept)
      passes_.erase(passes_.begin()->first == pass ? std::prev(passes_.end()) : passes_.begin());
    return result;
  }

  static constexpr std::size_t kKept = 3;
  SourceRef source_;
  std::int64_t times_, first_pass_;
  bool changes_ = false;  // passes differ
  mutable std::mutex mutex_;
  mutable std::map<std::int64_t, SourceRef> passes_;
};

}  // namespace

Dataset repeat(const Dataset& data, std::int64_t times) {
  if (times < 1) throw ValueError(fmt::format("repeat: times is {}; expected at least 1", times));
  if (data.size() > std::numeric_limits<std::int64_t>::max() / times) {
    throw ValueError(fmt::format("repeat: {} samples {} times are more than an index can count; give fewer",
                                 data.size(), times));
  }
  return Dataset(std::make_shared<RepeatView>(data.source(), times, 0));
}

}  // namespace luge::data
