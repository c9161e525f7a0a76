#include "train/targets.h"

#include <fmt/format.h>

#include <cmath>

#include "core/dispatch.h"
#include "luge/error.h"

namespace luge::train {
namespace {

using Kind = loss::Targets::Kind;

bool is_label(double value, const loss::Targets& expected) {
  if (value == static_cast<double>(expected.ignore_index)) return true;
  return value >= 0 && value < static_cast<double>(expected.classes) && value == std::floor(value);
}

bool fits(double value, const loss::Targets& expected) {
  switch (expected.kind) {
    case Kind::labels: return is_label(value, expected);
    case Kind::probabilities: return value >= 0 && value <= 1;
    case Kind::values: break;
  }
  return std::isfinite(value);
}

[[noreturn]] void refuse(const data::HostBatch& batch, std::int64_t place, std::int64_t length, double value,
                         const loss::Targets& expected) {
  std::string where = batch.where(place / length);
  if (length > 1) where += fmt::format(", position {}", place % length);
  if (expected.kind == Kind::labels) {
    throw IndexError(fmt::format(
        "{}: label {} is not a class; expected a whole number 0 to {} (the network tells {} "
        "classes apart){}",
        where, value, expected.classes - 1, expected.classes,
        expected.ignore_index == no_label ? std::string()
                                          : fmt::format(", or {}, which is ignored", expected.ignore_index)));
  }
  throw ValueError(fmt::format("{}: target {}; expected {}", where, value,
                               expected.kind == Kind::values ? "a finite number" : "a number from 0 to 1"));
}

}  // namespace

void check_targets(const data::HostBatch& batch, const loss::Targets& expected) {
  const data::Field& field = batch.target.field;
  // What is any number is looked at when it is read.
  if (expected.kind == Kind::values) return;
  const std::int64_t count = field.shape.elements(), length = count / std::max<std::int64_t>(1, batch.rows);
  dispatch(field.dtype, [&]<class T>() {
    const std::span<const T> targets = batch.target.as<T>();
    for (std::int64_t i = 0; i < count; ++i) {
      const auto value = convert_element<double>(targets[static_cast<std::size_t>(i)]);
      if (!fits(value, expected)) refuse(batch, i, length, value, expected);
    }
  });
}

}  // namespace luge::train
