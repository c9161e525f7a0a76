#include "luge/data/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "data/fingerprint.h"
#include "luge/error.h"

namespace luge::data {

const Field* Info::target() const {
  const auto found = fields.find(kTarget);
  return found ? &fields[*found] : nullptr;
}

Row::Row(const Schema& fields) : fields_(&fields) {
  if (fields.size() > kFew) many_.resize(fields.size());
}

Row::Row(const Schema& fields, Row& row, std::span<const int> above) : Row(fields) {
  row_ = &row;
  for (std::size_t k = 0; k < fields.size(); ++k) {
    if (above[k] >= 0) slot(k).target = above[k];
  }
}

void Row::into(std::size_t field, std::span<std::byte> memory) { slot(field).target = memory; }
void Row::into(std::size_t field, HostArray& value) { slot(field).target = &value; }

bool Row::wants(std::size_t field) const {
  const auto& target = slot(field).target;
  if (const int* above = std::get_if<int>(&target)) return row_->wants(static_cast<std::size_t>(*above));
  return !std::holds_alternative<Unread>(target);
}

std::span<std::byte> Row::write(std::size_t field) {
  if (Slot& own = slot(field); const auto* memory = std::get_if<std::span<std::byte>>(&own.target)) {
    own.written = true;
    return *memory;
  }
  const Field& expected = (*fields_)[field];
  if (expected.fixed()) return memory_for(field, expected.shape);
  throw ShapeError(fmt::format("the field '{}' is {}; the shape of its value is needed", fields_->name(field),
                               expected.to_string()));
}

std::span<std::byte> Row::write(std::size_t field, const Shape& shape) {
  const Field& expected = (*fields_)[field];
  if (expected.shape == shape && expected.fixed()) return memory_for(field, shape);
  const Field value{expected.dtype, shape, expected.text};
  if (!expected.fits(value)) {
    throw ShapeError(fmt::format("the field '{}' is {}; a value of {} does not fit", fields_->name(field),
                                 expected.to_string(), value.to_string()));
  }
  return memory_for(field, shape);
}

// The shape fits the field.
std::span<std::byte> Row::memory_for(std::size_t field, const Shape& shape) {
  Slot& slot = this->slot(field);
  slot.written = true;
  if (const auto* memory = std::get_if<std::span<std::byte>>(&slot.target)) return *memory;
  if (const int* above = std::get_if<int>(&slot.target)) {
    const auto k = static_cast<std::size_t>(*above);
    return row_->fields()[k].shape == shape ? row_->write(k) : row_->write(k, shape);
  }
  const Field& expected = (*fields_)[field];
  const Field value{expected.dtype, shape, expected.text};
  if (HostArray* const* array = std::get_if<HostArray*>(&slot.target)) {
    (*array)->field = value;
    (*array)->bytes.resize(value.bytes());
    return (*array)->bytes;
  }
  unread_.resize(std::max(unread_.size(), value.bytes()));
  return std::span(unread_).first(value.bytes());
}

void Row::write(std::size_t field, const HostArray& value) {
  const Field& expected = (*fields_)[field];
  if (value.field.dtype != expected.dtype || value.bytes.size() != value.field.bytes()) {
    throw ShapeError(fmt::format("the field '{}' is {}; a value of {} with {} bytes does not fit",
                                 fields_->name(field), expected.to_string(), value.field.to_string(),
                                 value.bytes.size()));
  }
  const std::span<std::byte> to = write(field, value.field.shape);
  if (!to.empty()) std::memcpy(to.data(), value.bytes.data(), to.size());
}

void Row::finish() {
  for (std::size_t k = 0; k < fields_->size(); ++k) {
    if (!slot(k).written && wants(k))
      throw StateError(fmt::format("the source did not write the field '{}'", fields_->name(k)));
    slot(k).written = false;
  }
}

Shape Source::shape_of(std::int64_t index, std::size_t field) const {
  const Schema& fields = info().fields;
  if (fields[field].fixed()) return fields[field].shape;
  HostArray value;
  Row row(fields);
  row.into(field, value);
  read(index, row);
  row.finish();
  return value.field.shape;
}

std::uint64_t Source::fingerprint() const {
  Fingerprint hash;
  const Schema& fields = info().fields;
  std::vector<HostArray> values(fields.size());
  Row row(fields);
  for (std::size_t k = 0; k < values.size(); ++k) row.into(k, values[k]);
  for (std::int64_t i = 0; i < size(); ++i) {
    read(i, row);
    row.finish();
    for (const HostArray& value : values) {
      if (!value.field.shape.known()) continue;
      hash.add(std::span<const std::int64_t>(value.field.shape.begin(), value.field.shape.end()));
      hash.add(std::span<const std::byte>(value.bytes));
    }
  }
  return hash.value();
}

Record read_record(const Source& source, std::int64_t index) {
  if (index < 0 || index >= source.size()) {
    throw IndexError(
        fmt::format("{}: sample {} does not exist; it has {}", source.info().name, index, source.size()));
  }
  const Schema& fields = source.info().fields;
  std::vector<HostArray> values(fields.size());
  Row row(fields);
  for (std::size_t k = 0; k < values.size(); ++k) row.into(k, values[k]);
  source.read(index, row);
  row.finish();
  Record record;
  for (std::size_t k = 0; k < values.size(); ++k) record.set(fields.name(k), std::move(values[k]));
  return record;
}

}  // namespace luge::data
