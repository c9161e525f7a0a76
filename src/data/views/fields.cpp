// Some fields of the records, also under other names.
#include <algorithm>

#include "data/fingerprint.h"
#include "data/views/views.h"

namespace luge::data {
namespace {

class FieldsView final : public Source {
 public:
  FieldsView(SourceRef source, const std::vector<std::string>& from, const std::vector<std::string>& to)
      : source_(std::move(source)), from_(from), to_(to), info_(source_->info()) {
    const Schema& below = source_->info().fields;
    info_.fields = {};
    above_.assign(below.size(), -1);
    for (std::size_t k = 0; k < from.size(); ++k) {
      const std::size_t field = below.index(from[k]);
      info_.fields.set(to[k], below[field]);
      above_[field] = static_cast<int>(k);
      below_.push_back(field);
    }
    // The scaling is that of the field "input".
    const bool same_input = info_.fields.find(kInput) && below.find(kInput) &&
                            below_[info_.fields.index(kInput)] == below.index(kInput);
    if (!same_input) info_.preprocessing = Affine{};
  }
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    Row below(source_->info().fields, row, above_);
    source_->read(index, below);
  }
  std::string where(std::int64_t index) const override { return source_->where(index); }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return source_->shape_of(index, below_[field]);
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    return below ? std::make_shared<FieldsView>(std::move(below), from_, to_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    hash.add(source_->fingerprint());
    for (const auto* names : {&from_, &to_}) {
      for (const std::string& name : *names) hash.add(name);
    }
    return hash.value();
  }

 private:
  SourceRef source_;
  std::vector<std::string> from_, to_;
  Info info_;
  std::vector<int> above_;          // of each field of the source: its field here, or -1
  std::vector<std::size_t> below_;  // of each field here: its field in the source
};

}  // namespace

SourceRef fields_view(SourceRef source, const std::vector<std::string>& from,
                      const std::vector<std::string>& to) {
  return std::make_shared<FieldsView>(std::move(source), from, to);
}

}  // namespace luge::data
