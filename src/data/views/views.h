// The views that Dataset's members make: each is a Source that owns the source it reads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/source.h"

namespace luge::data {

using SourceRef = std::shared_ptr<const Source>;
/// A record from one record, and a number of its own for random choices.
using KeyedFunction = std::function<Record(Record, std::uint64_t key)>;
/// A record from several records.
using CombiningFunction = std::function<Record(std::span<const Record>, std::uint64_t key)>;

/// Returns where a value comes from, for errors.
using Where = std::function<std::string()>;
/// How one field is made from another one.
struct Derivation {
  std::string who;   // what makes it, for errors
  std::string mark;  // what distinguishes it from others of the same kind
  std::string from, to;
  bool keep = false;  // the field `from` stays
  Field made;
  std::function<HostArray(HostArray value, const Where& where)> function;
  std::function<void(Info&)> describe = {};
};

/// A source whose inputs are those of another one, scaled.
struct Unscaled {
  SourceRef source;
  std::vector<Affine> affines;  // one after the other
};
class Scaled {
 public:
  virtual ~Scaled() = default;
  /// Nothing where the inputs are not scaled.
  virtual std::optional<Unscaled> unscaled() const = 0;
};
inline std::optional<Unscaled> unscaled(const SourceRef& source) {
  const auto* scaled = dynamic_cast<const Scaled*>(source.get());
  return scaled ? scaled->unscaled() : std::nullopt;
}

/// The source as it is in its first epoch, for views that choose records once.
inline SourceRef of_first_epoch(const SourceRef& source) {
  SourceRef frozen = source->at_epoch(0);
  return frozen ? frozen : source;
}

/// `declared` states fields that the function makes; of the others what is known follows from record 0.
SourceRef map_view(SourceRef source, KeyedFunction function, const Schema& declared);
/// `group` consecutive records get one key.
SourceRef augment_view(SourceRef source, KeyedFunction function, std::uint64_t seed, const Schema& declared,
                       std::int64_t group);
/// Record i of an epoch is made from record i and `others` records of `from`, drawn again in each epoch.
SourceRef combine_view(SourceRef source, SourceRef from, std::size_t others, CombiningFunction function,
                       std::uint64_t seed, const Schema& declared);
SourceRef affine_view(SourceRef source, const Affine& affine);
/// Fields `from[k]` of the source under the names `to[k]`; other fields are left out.
SourceRef fields_view(SourceRef source, const std::vector<std::string>& from,
                      const std::vector<std::string>& to);
/// The field `to` is made from the field `from`; the others pass unchanged.
SourceRef derived_view(SourceRef source, const Derivation& derivation);
/// Windows of `length` ids of the field `from` as "input", and the id after each as "target".
SourceRef windows_view(SourceRef source, const std::string& from, std::int64_t length, std::int64_t stride);
SourceRef shuffle_view(SourceRef source, std::uint64_t seed);
SourceRef range_view(SourceRef source, std::int64_t first, std::int64_t count);
SourceRef select_view(SourceRef source, std::vector<std::int64_t> indices);
/// `count` records drawn again in each epoch, in proportion to `weights` (empty: all alike).
SourceRef draw_view(SourceRef source, std::int64_t count, const std::vector<double>& weights,
                    std::uint64_t seed);
/// Records of similar lengths side by side: runs of `window` records are sorted by the extents of a field.
SourceRef similar_view(SourceRef source, std::size_t field, std::int64_t window, std::int64_t batch,
                       std::uint64_t seed);

}  // namespace luge::data
