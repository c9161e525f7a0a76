// concat, interleave and zip: several sources as one.
#include <fmt/format.h>

#include <algorithm>

#include "data/fingerprint.h"
#include "data/views/views.h"
#include "luge/data/views.h"
#include "luge/error.h"

namespace luge::data {
namespace {

struct At {
  std::size_t source;
  std::int64_t index;
};

// The fields of all, which must have the same names, dtypes and ranks.
Info common_info(const std::vector<SourceRef>& sources, const char* who) {
  Info info = sources.front()->info();
  for (const SourceRef& source : sources) {
    const Schema& fields = source->info().fields;
    bool same = fields.size() == info.fields.size();
    for (std::size_t k = 0; same && k < fields.size(); ++k) {
      Field field = info.fields[k];
      same = fields.name(k) == info.fields.name(k) && fields[k].dtype == field.dtype &&
             fields[k].text == field.text && fields[k].shape.rank() == field.shape.rank();
      for (int axis = 0; same && axis < field.shape.rank(); ++axis) {
        if (field.shape[axis] != fields[k].shape[axis]) field.shape = field.shape.with(axis, unknown);
      }
      if (same) info.fields.set(info.fields.name(k), field);
    }
    if (!same)
      throw ValueError(fmt::format("{}: the fields of {} are {}; those of {} are {}", who,
                                   source->info().name, fields.to_string(), info.name,
                                   info.fields.to_string()));
    if (source->info().classes != info.classes)
      throw ValueError(
          fmt::format("{}: the classes of {} are not those of {}", who, source->info().name, info.name));
    if (source->info().preprocessing != info.preprocessing) info.preprocessing.reset();
  }
  return info;
}

class Joined final : public Source {
 public:
  Joined(std::vector<SourceRef> sources, bool in_turns)
      : sources_(std::move(sources)),
        in_turns_(in_turns),
        info_(common_info(sources_, in_turns ? "interleave" : "concat")) {
    for (std::size_t k = 0; k < info_.fields.size(); ++k) above_.push_back(static_cast<int>(k));
    for (const SourceRef& source : sources_) sizes_.push_back(source->size());
    sorted_ = sizes_;
    std::sort(sorted_.begin(), sorted_.end());
  }
  std::int64_t size() const override {
    std::int64_t sum = 0;
    for (const std::int64_t size : sizes_) sum += size;
    return sum;
  }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    const At at = in_turns_ ? turn(index) : run(index);
    const SourceRef& source = sources_[at.source];
    Row below(source->info().fields, row, above_);
    source->read(at.index, below);
  }
  std::string where(std::int64_t index) const override {
    const At at = in_turns_ ? turn(index) : run(index);
    return sources_[at.source]->where(at.index);
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    const At at = in_turns_ ? turn(index) : run(index);
    return sources_[at.source]->shape_of(at.index, field);
  }
  SourceRef at_epoch(std::int64_t epoch) const override {
    bool changes = false;
    std::vector<SourceRef> there;
    for (const SourceRef& source : sources_) {
      SourceRef other = source->at_epoch(epoch);
      changes = changes || other;
      there.push_back(other ? other : source);
    }
    return changes ? std::make_shared<Joined>(std::move(there), in_turns_) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const SourceRef& source : sources_) hash.add(source->fingerprint());
    return hash.add(static_cast<std::uint64_t>(in_turns_)).value();
  }

 private:
  At run(std::int64_t index) const {
    for (std::size_t k = 0;; ++k) {
      if (index < sizes_[k]) return {k, index};
      index -= sizes_[k];
    }
  }
  // Between two ends, as many sources as are left take turns.
  At turn(std::int64_t index) const {
    std::int64_t rounds = 0;
    for (std::size_t ended = 0; ended < sorted_.size(); ++ended) {
      const auto left = static_cast<std::int64_t>(sorted_.size() - ended);
      const std::int64_t more = sorted_[ended] - rounds;
      if (index >= more * left) {
        index -= more * left, rounds += more;
        continue;
      }
      const std::int64_t round = rounds + index / left;
      std::int64_t among = index % left;
      for (std::size_t k = 0; k < sizes_.size(); ++k) {
        if (sizes_[k] > round && among-- == 0) return {k, round};
      }
    }
    return {0, 0};  // not reached: index is below size()
  }
  std::vector<SourceRef> sources_;
  bool in_turns_;
  Info info_;
  std::vector<int> above_;
  std::vector<std::int64_t> sizes_, sorted_;
};

class Zipped final : public Source {
 public:
  explicit Zipped(std::vector<SourceRef> sources)
      : sources_(std::move(sources)), info_(sources_.front()->info()) {
    info_.fields = {};
    for (const SourceRef& source : sources_) {
      std::vector<int>& above = above_.emplace_back();
      for (const auto& [name, field] : source->info().fields) {
        if (info_.fields.find(name))
          throw ValueError(fmt::format("zip: two data sets have a field '{}'; rename one of them", name));
        above.push_back(static_cast<int>(info_.fields.size()));
        info_.fields.set(name, field);
      }
      if (info_.classes.empty()) info_.classes = source->info().classes;
      if (source->size() != sources_.front()->size())
        throw ValueError(fmt::format("zip: {} has {} samples and {} has {}; expected as many",
                                     source->info().name, source->size(), sources_.front()->info().name,
                                     sources_.front()->size()));
      if (source->info().fields.find(kInput)) info_.preprocessing = source->info().preprocessing;
    }
  }
  std::int64_t size() const override { return sources_.front()->size(); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      Row below(sources_[s]->info().fields, row, above_[s]);
      sources_[s]->read(index, below);
    }
  }
  std::string where(std::int64_t index) const override { return sources_.front()->where(index); }
  SourceRef at_epoch(std::int64_t epoch) const override {
    bool changes = false;
    std::vector<SourceRef> there;
    for (const SourceRef& source : sources_) {
      SourceRef other = source->at_epoch(epoch);
      changes = changes || other;
      there.push_back(other ? other : source);
    }
    return changes ? std::make_shared<Zipped>(std::move(there)) : nullptr;
  }
  std::uint64_t fingerprint() const override {
    Fingerprint hash;
    for (const SourceRef& source : sources_) hash.add(source->fingerprint());
    return hash.value();
  }

 private:
  std::vector<SourceRef> sources_;
  Info info_;
  std::vector<std::vector<int>> above_;
};

std::vector<SourceRef> sources_of(const std::vector<Dataset>& all, const char* who) {
  if (all.empty()) throw ValueError(fmt::format("{}: there is no data set", who));
  std::vector<SourceRef> sources;
  for (const Dataset& each : all) sources.push_back(each.source());
  return sources;
}

}  // namespace

Dataset concat(const std::vector<Dataset>& all) {
  return Dataset(std::make_shared<Joined>(sources_of(all, "concat"), false));
}
Dataset interleave(const std::vector<Dataset>& all) {
  return Dataset(std::make_shared<Joined>(sources_of(all, "interleave"), true));
}
Dataset zip(const std::vector<Dataset>& all) {
  return Dataset(std::make_shared<Zipped>(sources_of(all, "zip")));
}

}  // namespace luge::data
