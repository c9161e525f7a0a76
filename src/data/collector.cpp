#include "data/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/dispatch.h"
#include "core/nearest.h"
#include "data/spent.h"
#include "data/views/scaling.h"
#include "data/views/views.h"
#include "luge/error.h"

namespace luge::data {
namespace {

using How = Collate::How;

Collate usual_way(const Field& field) {
  if (field.text) return Collate::host();
  return field.fixed() ? Collate::stack() : Collate::pad();
}

Field with_rows(const Field& field, std::int64_t rows) {
  return {field.dtype, field.shape.inserted(0, rows)};
}

std::int64_t unknown_extents(const Shape& shape) { return std::count(shape.begin(), shape.end(), unknown); }

Field length_field(const Shape& shape, std::int64_t rows) {
  const std::int64_t axes = unknown_extents(shape);
  return {i64, axes == 1 ? Shape{rows} : Shape{rows, axes}};
}

// Bytes, through scalings that do not make them too large.
bool stays_finite(const Unscaled& bytes) {
  if (bytes.source->info().input().dtype != u8) return false;
  double most = 255;
  for (const Affine& each : bytes.affines) {
    double offset = 0, scale = 0;
    for (const float value : each.offset) offset = std::max<double>(offset, std::abs(value));
    for (const float value : each.scale) scale = std::max<double>(scale, std::abs(value));
    const auto is_nan = [](float value) { return std::isnan(value); };
    if (std::any_of(each.offset.begin(), each.offset.end(), is_nan) ||
        std::any_of(each.scale.begin(), each.scale.end(), is_nan))
      return false;
    most = (most + offset) * scale;
  }
  return most < std::numeric_limits<float>::max();
}

template <class T>
void check_finite(const HostBatch& batch, const HostArray& array, std::string_view name) {
  const auto values = array.as<T>();
  const std::size_t length = values.size() / static_cast<std::size_t>(batch.rows);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw ValueError(fmt::format("{}: {} value {} is {}; expected a finite number",
                                 batch.where(static_cast<std::int64_t>(i / length)), name, i % length,
                                 values[i]));
  }
}

void check_finite(const HostBatch& batch, const HostArray& array, std::string_view name) {
  if (array.field.dtype == f32) check_finite<float>(batch, array, name);
  if (array.field.dtype == f64) check_finite<double>(batch, array, name);
}

// Copies a value into the corner of a larger one of the same rank. The bytes of the last axes are copied as
// one block where both have the same extents.
void copy_into_corner(const HostArray& value, const Shape& larger, std::size_t element, std::byte* to) {
  const Shape& shape = value.field.shape;
  if (value.bytes.empty()) return;
  int inner = shape.rank();
  std::size_t block = element;
  while (inner > 0 && shape[inner - 1] == larger[inner - 1])
    block *= static_cast<std::size_t>(shape[--inner]);
  if (inner > 0) block *= static_cast<std::size_t>(shape[--inner]);
  const std::size_t blocks = value.bytes.size() / block;
  for (std::size_t b = 0; b < blocks; ++b) {
    // The position of block b in the larger value.
    std::size_t rest = b, offset = 0, stride = element;
    for (int axis = shape.rank() - 1; axis >= inner; --axis) stride *= static_cast<std::size_t>(larger[axis]);
    for (int axis = inner - 1; axis >= 0; --axis) {
      const auto extent = static_cast<std::size_t>(shape[axis]);
      offset += rest % extent * stride;
      rest /= extent;
      stride *= static_cast<std::size_t>(larger[axis]);
    }
    std::memcpy(to + offset, value.bytes.data() + b * block, block);
  }
}

void fill(HostArray& array, double value) {
  dispatch(array.field.dtype, [&]<class T>() {
    const auto elements = array.as<T>();
    std::fill(elements.begin(), elements.end(), convert_element<T>(value));
  });
}

}  // namespace

Collate Collate::pad(const PadOptions& options) {
  std::int64_t before = 0;
  for (const std::int64_t bucket : options.buckets) {
    if (bucket <= before)
      throw ValueError(
          fmt::format("pad: bucket {} follows {}; expected ascending numbers above 0", bucket, before));
    before = bucket;
  }
  constexpr std::int64_t largest = std::int64_t{1} << 32;
  if (options.multiple < 0 || options.multiple > largest)
    throw ValueError(fmt::format("pad: multiple is {}; expected 0 to {}", options.multiple, largest));
  return Collate(How::pad, options);
}

std::int64_t Collate::padded(std::int64_t longest) const {
  const auto& buckets = padding_.buckets;
  if (!buckets.empty()) {
    const auto found = std::lower_bound(buckets.begin(), buckets.end(), longest);
    return found == buckets.end() ? 0 : *found;
  }
  if (padding_.multiple > 0) {
    const std::int64_t least = std::max<std::int64_t>(longest, 1);
    return (least + padding_.multiple - 1) / padding_.multiple * padding_.multiple;
  }
  return static_cast<std::int64_t>(
      std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(longest, 8))));
}

Collector::Collector(const Schema& records, const std::map<std::string, Collate>& collate)
    : records_(records) {
  for (const auto& [name, how] : collate) {
    if (!records.find(name)) {
      throw ValueError(
          fmt::format("batch: there is no field '{}' to collate{}", name, suggestion(name, records.names())));
    }
  }
  for (const auto& [name, field] : records) {
    const auto own = collate.find(name);
    how_.push_back(own == collate.end() ? usual_way(field) : own->second);
    if (how_.back().how() == How::stack && !field.fixed()) {
      throw ValueError(
          fmt::format("batch: the field '{}' is {}; values of different shapes cannot be stacked; pad them",
                      name, field.to_string()));
    }
    if (how_.back().how() == How::host) continue;
    batch_.set(name, with_rows(field, unknown));
    if (how_.back().how() == How::pad && !field.fixed()) {
      if (records.find(name + kLength))
        throw ValueError(fmt::format("batch: '{}{}' is the name of a field; rename it", name, kLength));
      batch_.set(name + kLength, length_field(field.shape, unknown));
    }
  }
}

void Collector::collect(HostBatch& batch) const {
  const auto rows = static_cast<std::size_t>(batch.rows);
  std::vector<HostArray> stacked(records_.size());
  std::vector<std::vector<HostArray>> apart(records_.size());  // of fields that differ, or stay on the host
  std::vector<std::size_t> bytes(records_.size(), 0);
  // A scaling writes each number of its field, whatever was in the memory.
  const std::optional<Unscaled> below = unscaled(batch.source);
  const std::size_t scaled = below ? records_.index(kInput) : records_.size();
  std::vector<char> finite(records_.size(), 0);  // known to be so
  std::vector<std::size_t> numbers;              // the fields that are looked at row by row
  Row row(records_);
  for (std::size_t k = 0; k < records_.size(); ++k) {
    if (records_[k].fixed() && how_[k].how() != How::host) {
      bytes[k] = records_[k].bytes();
      if (k == scaled) {
        stacked[k].field = with_rows(records_[k], batch.rows);
        stacked[k].bytes = take_spent(rows * bytes[k]);
      } else {
        stacked[k] = HostArray(with_rows(records_[k], batch.rows));
      }
      if (records_[k].dtype == f32 && bytes[k] > 0) {
        finite[k] = 1;
        if (k != scaled || !stays_finite(*below)) numbers.push_back(k);
      }
    } else {
      apart[k].resize(rows);
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < records_.size(); ++k) {
      if (apart[k].empty()) {
        row.into(k, std::span(stacked[k].bytes).subspan(r * bytes[k], bytes[k]));
      } else {
        row.into(k, apart[k][r]);
      }
    }
    batch.source->read(batch.first + static_cast<std::int64_t>(r), row);
    row.finish();
    for (const std::size_t k : numbers) {  // while they are near
      const std::span<const float> values = stacked[k].as<float>();
      const std::size_t length = values.size() / rows;
      finite[k] = finite[k] && all_finite(values.data() + r * length, length);
    }
  }
  for (std::size_t k = 0; k < records_.size(); ++k) {
    const std::string& name = records_.name(k);
    if (how_[k].how() == How::host) {
      batch.host.emplace_back(name, std::move(apart[k]));
      continue;
    }
    if (!apart[k].empty())
      stacked[k] = how_[k].how() == How::same ? joined(batch, k, apart[k]) : padded(batch, k, apart[k]);
    if (!finite[k]) check_finite(batch, stacked[k], name);
    batch.values.set(name, std::move(stacked[k]));
    if (!apart[k].empty() && how_[k].how() == How::pad)
      batch.values.set(name + kLength, lengths(k, apart[k]));
  }
}

HostArray Collector::joined(const HostBatch& batch, std::size_t field,
                            const std::vector<HostArray>& values) const {
  const Field& first = values.front().field;
  for (const HostArray& value : values) {
    if (value.field.shape == first.shape) continue;
    throw ShapeError(fmt::format("{}: '{}' is {}, in the sample before it {}; expected one shape in a batch",
                                 batch.where(&value - values.data()), records_.name(field),
                                 value.field.to_string(), first.to_string()));
  }
  HostArray result(with_rows(first, batch.rows));
  std::byte* to = result.bytes.data();
  for (const HostArray& value : values) to = std::copy(value.bytes.begin(), value.bytes.end(), to);
  return result;
}

HostArray Collector::padded(const HostBatch& batch, std::size_t field,
                            const std::vector<HostArray>& values) const {
  Shape shape = records_[field].shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] != unknown) continue;
    const auto longest = std::max_element(values.begin(), values.end(), [axis](const auto& a, const auto& b) {
      return a.field.shape[axis] < b.field.shape[axis];
    });
    const std::int64_t extent = longest->field.shape[axis], to = how_[field].padded(extent);
    if (to == 0) {
      throw ShapeError(fmt::format("{}: '{}' has the extent {}; the largest bucket is {}",
                                   batch.where(longest - values.begin()), records_.name(field), extent,
                                   how_[field].padding().buckets.back()));
    }
    shape = shape.with(axis, to);
  }
  HostArray result({records_[field].dtype, shape.inserted(0, batch.rows)});
  if (how_[field].padding().value != 0) fill(result, how_[field].padding().value);
  const std::size_t bytes = result.bytes.size() / values.size(), element = size_of(records_[field].dtype);
  for (std::size_t r = 0; r < values.size(); ++r)
    copy_into_corner(values[r], shape, element, result.bytes.data() + r * bytes);
  return result;
}

HostArray Collector::lengths(std::size_t field, const std::vector<HostArray>& values) const {
  const Shape& shape = records_[field].shape;
  HostArray result(length_field(shape, static_cast<std::int64_t>(values.size())));
  std::size_t i = 0;
  for (const HostArray& value : values) {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] == unknown) result.as<std::int64_t>()[i++] = value.field.shape[axis];
    }
  }
  return result;
}

}  // namespace luge::data
