// Windows over records of ids, each with the next id of every position as its target.
#include <fmt/format.h>

#include <algorithm>

#include "data/fingerprint.h"
#include "data/views/views.h"
#include "luge/error.h"

namespace luge::data {
namespace {

class WindowsView final : public Source {
 public:
  WindowsView(SourceRef source, const std::string& from, std::int64_t length, std::int64_t stride)
      : source_(std::move(source)), from_(from), length_(length), stride_(stride), info_(source_->info()) {
    info_.fields = {{std::string(kInput), {i64, {length}}}, {std::string(kTarget), {i64, {length}}}};
    info_.preprocessing = Affine{};
    for (std::int64_t i = 0; i < source_->size(); ++i) take(i);
    if (starts_.empty()) {
      throw ValueError(
          fmt::format("windows: {} has no record with the {} ids that a window of {} and the id after "
                      "it need; the longest has {}",
                      info_.name, length + 1, length, longest_));
    }
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(starts_.size()); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    const std::size_t start = starts_[static_cast<std::size_t>(index)];
    for (std::size_t shift = 0; shift < 2; ++shift) {  // the input, and the target one id later
      if (row.wants(shift))
        std::copy_n(&ids_[start + shift], length_, row.write_as<std::int64_t>(shift).data());
    }
  }
  std::string where(std::int64_t index) const override {
    const std::size_t start = starts_[static_cast<std::size_t>(index)];
    const auto after = std::upper_bound(records_.begin(), records_.end(), start);
    const auto record = after - records_.begin() - 1;
    return fmt::format("{}, window from id {}", source_->where(record), start - *(after - 1));
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    return below ? std::make_shared<WindowsView>(std::move(below), from_, length_, stride_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint()
        .add(source_->fingerprint())
        .add(static_cast<std::uint64_t>(length_))
        .add(static_cast<std::uint64_t>(stride_))
        .value();
  }

 private:
  void take(std::int64_t index) {
    const HostArray value = read_record(*source_, index)[from_];
    const auto ids = value.as<std::int64_t>();
    const auto count = static_cast<std::int64_t>(ids.size());
    const std::size_t first = ids_.size();
    records_.push_back(first);
    longest_ = std::max(longest_, count);
    for (std::int64_t start = 0; start + length_ < count; start += stride_)
      starts_.push_back(first + static_cast<std::size_t>(start));
    for (const std::int64_t id : ids) {
      if (id != static_cast<std::int32_t>(id))
        throw IndexError(fmt::format("{}: id {} is out of the range of int32", source_->where(index), id));
      ids_.push_back(static_cast<std::int32_t>(id));
    }
  }

  SourceRef source_;
  std::string from_;
  std::int64_t length_, stride_, longest_ = 0;
  Info info_;
  std::vector<std::int32_t> ids_;     // of all records, one after the other
  std::vector<std::size_t> records_;  // where each record begins
  std::vector<std::size_t> starts_;   // where each window begins
};

}  // namespace

SourceRef windows_view(SourceRef source, const std::string& from, std::int64_t length, std::int64_t stride) {
  return std::make_shared<WindowsView>(std::move(source), from, length, stride);
}

}  // namespace luge::data
