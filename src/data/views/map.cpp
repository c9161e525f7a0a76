// map, augment and combine: records through a function of the user's.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "data/fingerprint.h"
#include "data/permutation.h"
#include "data/views/at_record.h"
#include "data/views/views.h"
#include "luge/data/augment.h"
#include "luge/error.h"

namespace luge::data {
namespace {

// What the function makes: the declared fields as they are declared, the others as record 0 has them. A field
// that differs from record to record below still does so afterwards.
Schema fields_after(const Record& first, const Schema& below, const Schema& declared) {
  Schema fields;
  for (const auto& [name, value] : first) {
    if (const auto k = declared.find(name)) {
      fields.set(name, declared[*k]);
      continue;
    }
    Field field = value.field;
    const auto k = below.find(name);
    if (k && below[*k].shape.rank() == field.shape.rank()) {
      for (int axis = 0; axis < field.shape.rank(); ++axis) {
        if (below[*k].shape[axis] == unknown) field.shape = field.shape.with(axis, unknown);
      }
    } else if (field.text) {
      field = Field::utf8();
    }
    fields.set(name, field);
  }
  return fields;
}

void write(const Record& record, const Source& source, std::int64_t index, Row& row) {
  const Schema& fields = row.fields();
  for (std::size_t k = 0; k < fields.size(); ++k) {
    const HostArray* value = record.find(fields.name(k));
    const Field& expected = fields[k];
    if (value && expected.fits(value->field) && value->bytes.size() == value->field.bytes()) {
      row.write(k, *value);
      continue;
    }
    throw ShapeError(fmt::format(
        "map: the field '{}' of {} became {}; that of the other samples is {}", fields.name(k),
        source.where(index),
        value ? fmt::format("{} ({} bytes)", value->field.to_string(), value->bytes.size()) : "nothing",
        expected.to_string()));
  }
  if (record.size() == fields.size()) return;
  for (const auto& [name, value] : record) {
    if (!fields.find(name))
      throw ShapeError(fmt::format("map: {} has a field '{}', which the other samples do not have",
                                   source.where(index), name));
  }
}

// What all functions of records share; `made` gives record `index`.
class MadeView : public Source {
 public:
  MadeView(SourceRef source, Schema declared) : source_(std::move(source)), declared_(std::move(declared)) {}
  std::int64_t size() const override { return source_->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override { write(made(index), *source_, index, row); }
  std::string where(std::int64_t index) const override { return source_->where(index); }
  // What the function makes of all records would cost a pass of its work; the records below are read whole.
  std::uint64_t fingerprint() const override {
    constexpr std::int64_t kProbes = 64;
    Fingerprint hash;
    hash.add(source_->fingerprint());
    mark(hash);
    const std::int64_t probes = std::min(kProbes, size());
    for (std::int64_t i = 0; i < probes; ++i) {
      const Record record = made(probes == 1 ? 0 : i * (size() - 1) / (probes - 1));
      for (const auto& [name, value] : record) hash.add(std::span<const std::byte>(value.bytes));
    }
    return hash.value();
  }

 protected:
  virtual Record made(std::int64_t index) const = 0;
  /// Adds what distinguishes this view from others over the same records.
  virtual void mark(Fingerprint& hash) const = 0;
  /// To be called by the constructor of each view.
  void begin() {
    info_ = source_->info();
    if (size() == 0) {
      for (const auto& [name, field] : declared_) info_.fields.set(name, field);
    } else {
      info_.fields = fields_after(made(0), info_.fields, declared_);
    }
  }
  SourceRef source_;
  Schema declared_;
  Info info_;
};

class MapView final : public MadeView {
 public:
  MapView(SourceRef source, KeyedFunction function, std::optional<std::uint64_t> seed, std::int64_t epoch,
          const Schema& declared, std::int64_t group)
      : MadeView(std::move(source), declared),
        function_(std::move(function)),
        seed_(seed),
        epoch_(epoch),
        group_(group) {
    begin();
    if (!seed_) info_.preprocessing.reset();  // an augmented input still means the same
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    if (!below && (!seed_ || epoch == epoch_)) return nullptr;
    return std::make_shared<MapView>(below ? std::move(below) : source_, function_, seed_, epoch, declared_,
                                     group_);
  }

 private:
  Record made(std::int64_t index) const override {
    Record below = read_record(*source_, index);
    return at_record(*source_, index, [&] {
      if (!seed_) return function_(std::move(below), 0);
      const std::int64_t of = index / group_;
      const std::uint64_t key = sample_key(*seed_, epoch_, of);
      const auto* named = function_.target<Augmentation>();
      return named ? (*named)(std::move(below), SampleKey{key, sample_key(*seed_, 0, of), epoch_})
                   : function_(std::move(below), key);
    });
  }
  void mark(Fingerprint& hash) const override {
    hash.add(seed_.value_or(0)).add(static_cast<std::uint64_t>(epoch_));
    if (group_ > 1) hash.add(static_cast<std::uint64_t>(group_));
  }
  KeyedFunction function_;
  std::optional<std::uint64_t> seed_;
  std::int64_t epoch_, group_;
};

class CombineView final : public MadeView {
 public:
  CombineView(SourceRef source, SourceRef from, std::size_t others, CombiningFunction function,
              std::uint64_t seed, std::int64_t epoch, const Schema& declared)
      : MadeView(std::move(source), declared),
        from_(std::move(from)),
        others_(others),
        function_(std::move(function)),
        seed_(seed),
        epoch_(epoch) {
    begin();
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    SourceRef below = source_->at_epoch(epoch);
    if (!below && epoch == epoch_) return nullptr;
    return std::make_shared<CombineView>(below ? std::move(below) : source_, from_, others_, function_, seed_,
                                         epoch, declared_);
  }

 private:
  Record made(std::int64_t index) const override {
    const std::uint64_t key = sample_key(seed_, epoch_, index);
    std::vector<Record> records = {read_record(*source_, index)};
    for (std::size_t k = 0; k < others_; ++k) {
      const std::uint64_t word = sample_key(key, 0, static_cast<std::int64_t>(k));
      const auto other = static_cast<std::int64_t>(word % static_cast<std::uint64_t>(from_->size()));
      records.push_back(read_record(*from_, other));
    }
    return at_record(*source_, index, [&] { return function_(records, key); });
  }
  void mark(Fingerprint& hash) const override {
    hash.add(from_->fingerprint()).add(others_).add(seed_).add(static_cast<std::uint64_t>(epoch_));
  }
  SourceRef from_;
  std::size_t others_;
  CombiningFunction function_;
  std::uint64_t seed_;
  std::int64_t epoch_;
};

}  // namespace

SourceRef map_view(SourceRef source, KeyedFunction function, const Schema& declared) {
  return std::make_shared<MapView>(std::move(source), std::move(function), std::nullopt, 0, declared, 1);
}

SourceRef augment_view(SourceRef source, KeyedFunction function, std::uint64_t seed, const Schema& declared,
                       std::int64_t group) {
  return std::make_shared<MapView>(std::move(source), std::move(function), seed, 0, declared, group);
}

SourceRef combine_view(SourceRef source, SourceRef from, std::size_t others, CombiningFunction function,
                       std::uint64_t seed, const Schema& declared) {
  return std::make_shared<CombineView>(std::move(source), std::move(from), others, std::move(function), seed,
                                       0, declared);
}

}  // namespace luge::data
