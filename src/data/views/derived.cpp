// A view that makes one field from another one; the other fields pass unchanged.
#include <fmt/format.h>

#include "data/fingerprint.h"
#include "data/views/views.h"
#include "luge/error.h"

namespace luge::data {
namespace {

class DerivedView final : public Source {
 public:
  DerivedView(SourceRef source, const Derivation& derivation)
      : source_(std::move(source)), derivation_(derivation), info_(source_->info()) {
    const Schema below = info_.fields;
    from_ = below.index(derivation_.from);
    if (derivation_.to != derivation_.from && below.find(derivation_.to)) {
      throw ValueError(fmt::format("{}: {} has a field '{}' already; it has {}", derivation_.who, info_.name,
                                   derivation_.to, below.to_string()));
    }
    info_.fields = {};
    above_.assign(below.size(), -1);
    for (std::size_t k = 0; k < below.size(); ++k) {
      if (k == from_ && !derivation_.keep) {
        info_.fields.set(derivation_.to, derivation_.made);
        continue;
      }
      above_[k] = static_cast<int>(info_.fields.size());
      info_.fields.set(below.name(k), below[k]);
    }
    if (derivation_.keep) info_.fields.set(derivation_.to, derivation_.made);
    to_ = info_.fields.index(derivation_.to);
    kept_ = derivation_.keep ? above_[from_] : -1;
    above_[from_] = -1;
    // The scaling is that of raw values, which a made input does not have.
    if (derivation_.to == kInput || (derivation_.from == kInput && !derivation_.keep))
      info_.preprocessing.reset();
    if (derivation_.describe) derivation_.describe(info_);
  }
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    Row below(source_->info().fields, row, above_);
    const bool kept = kept_ >= 0 && row.wants(static_cast<std::size_t>(kept_));
    if (!kept && !row.wants(to_)) return source_->read(index, below);
    HostArray value;
    below.into(from_, value);
    source_->read(index, below);
    below.finish();
    if (kept) row.write(static_cast<std::size_t>(kept_), value);
    if (row.wants(to_)) row.write(to_, derivation_.function(std::move(value), [&] { return where(index); }));
  }
  std::string where(std::int64_t index) const override { return source_->where(index); }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    return below ? std::make_shared<DerivedView>(std::move(below), derivation_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    return Fingerprint().add(source_->fingerprint()).add(derivation_.who).add(derivation_.mark).value();
  }

 private:
  SourceRef source_;
  Derivation derivation_;
  Info info_;
  std::size_t from_ = 0, to_ = 0;
  int kept_ = -1;           // the field here that has the values of `from`
  std::vector<int> above_;  // of each field of the source: its field here, or -1
};

}  // namespace

SourceRef derived_view(SourceRef source, const Derivation& derivation) {
  return std::make_shared<DerivedView>(std::move(source), derivation);
}

}  // namespace luge::data
