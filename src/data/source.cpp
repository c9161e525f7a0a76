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
  for (std::size_t k = 0; k < above.size(); ++k) {
    if (above[k] >= 0) slot(k).goes = Goes::above, slot(k).above = above[k];
  }
}

// The memory of a field that ends in memory, whatever rows are between; false for other fields.
bool Row::write_memory(std::size_t field, std::span<std::byte>& memory) {
  Slot& slot = this->slot(field);
  if (slot.goes == Goes::memory) {
    memory = {slot.memory, slot.size};
  } else if (slot.goes != Goes::above || !row_->write_memory(static_cast<std::size_t>(slot.above), memory)) {
    return false;
  }
  slot.written = true;
  return true;
}

std::span<std::byte> Row::write(std::size_t field) {
  if (std::span<std::byte> memory; write_memory(field, memory)) return memory;
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
  if (std::span<std::byte> memory; write_memory(field, memory)) return memory;
  Slot& slot = this->slot(field);
  slot.written = true;
  if (slot.goes == Goes::above) return row_->write(static_cast<std::size_t>(slot.above), shape);
  const Field& expected = (*fields_)[field];
  const Field value{expected.dtype, shape, expected.text};
  if (slot.goes == Goes::value) {
    slot.value->field = value;
    slot.value->bytes.resize(value.bytes());
    return slot.value->bytes;
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
  const std::size_t count = fields_->size();
  Slot* const slots = many_.empty() ? few_.data() : many_.data();
  for (std::size_t k = 0; k < count; ++k) {
    if (!slots[k].written && wants(k))
      throw StateError(fmt::format("the source did not write the field '{}'", fields_->name(k)));
    slots[k].written = false;
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
    for (std::size_t k = 0; k < values.size(); ++k) {
      const Shape& shape = values[k].field.shape;
      if (!shape.known()) continue;
      if (!fields[k].fixed()) hash.add(std::span<const std::int64_t>(shape.begin(), shape.end()));
      hash.add(std::span<const std::byte>(values[k].bytes));
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
