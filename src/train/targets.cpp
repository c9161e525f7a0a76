#include "train/targets.h"

#include <fmt/format.h>

#include <cmath>

#include "core/dispatch.h"
#include "core/whole.h"
#include "luge/error.h"

namespace luge::train {
namespace {

using Kind = loss::Targets::Kind;

template <class T>
bool is_label(T element, const loss::Targets& expected) {
  const std::optional<std::int64_t> label = as_whole(element);
  if (!label) return false;
  const bool ignored = expected.ignore_index != no_label && *label == expected.ignore_index;
  return ignored || (*label >= 0 && *label < expected.classes);
}

template <class T>
bool fits(T element, const loss::Targets& expected) {
  if (expected.kind == Kind::labels) return is_label(element, expected);
  const auto value = convert_element<double>(element);
  return expected.kind == Kind::probabilities ? value >= 0 && value <= 1 : std::isfinite(value);
}

[[noreturn]] void refuse(const data::HostBatch& batch, std::int64_t index, std::int64_t length,
                         const Scalar& value, const loss::Targets& expected) {
  std::string where = batch.where(index / length);
  if (length > 1) where += fmt::format(", position {}", index % length);
  if (expected.kind == Kind::labels) {
    throw IndexError(fmt::format(
        "{}: label {} is not a class; expected a whole number 0 to {} (the network has {} "
        "classes){}",
        where, value.to_string(), expected.classes - 1, expected.classes,
        expected.ignore_index == no_label ? std::string()
                                          : fmt::format(", or {}, which is ignored", expected.ignore_index)));
  }
  throw ValueError(fmt::format("{}: target {}; expected {}", where, value.to_string(),
                               expected.kind == Kind::values ? "a finite number" : "a number from 0 to 1"));
}

// For each element of the targets whether it is beyond the length of a padded sequence.
class Beyond {
 public:
  explicit Beyond(const data::HostBatch& batch) {
    const data::HostArray* lengths = batch.values.find(std::string(data::kTarget) + data::kLength);
    const Shape& shape = batch.target().field.shape;
    if (!lengths || batch.source->info().fields.at(data::kTarget).shape[0] != unknown) return;
    if (lengths->field.shape.rank() != 1) return;
    lengths_ = lengths->as<std::int64_t>();
    each_ = shape[1];
    inner_ = shape.elements() / std::max<std::int64_t>(1, shape[0] * shape[1]);
  }
  bool operator()(std::int64_t element) const {
    if (lengths_.empty()) return false;
    const std::int64_t cell = element / inner_;
    return cell % each_ >= lengths_[static_cast<std::size_t>(cell / each_)];
  }

 private:
  std::span<const std::int64_t> lengths_;
  std::int64_t each_ = 1, inner_ = 1;  // positions of a sequence, elements of a position
};

}  // namespace

void check_targets(const data::HostBatch& batch, const loss::Targets& expected) {
  const data::Field& field = batch.target().field;
  // Targets that may be any number are checked when they are read.
  if (expected.kind == Kind::values) return;
  const Beyond beyond(batch);
  const std::int64_t count = field.shape.elements(), length = count / std::max<std::int64_t>(1, batch.rows);
  dispatch(field.dtype, [&]<class T>() {
    const std::span<const T> targets = batch.target().as<T>();
    for (std::int64_t i = 0; i < count; ++i) {
      const T element = targets[static_cast<std::size_t>(i)];
      if (!fits(element, expected) && !beyond(i)) refuse(batch, i, length, exactly(element), expected);
    }
  });
}

}  // namespace luge::train
