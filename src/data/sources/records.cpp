// Records that lie in memory, of any shapes.
#include <fmt/format.h>

#include <memory>

#include "luge/data/sources.h"
#include "luge/error.h"

namespace luge::data {
namespace {

// Extents that are equal in all records are known.
Schema common_fields(const std::vector<Record>& records) {
  Schema fields = records.front().schema();
  for (const Record& record : records) {
    for (std::size_t k = 0; k < fields.size(); ++k) {
      const HostArray* value = record.find(fields.name(k));
      if (!value) continue;  // reported with its row
      Field field = fields[k];
      const Shape& shape = value->field.shape;
      for (int axis = 0; axis < field.shape.rank() && field.shape.rank() == shape.rank(); ++axis) {
        if (shape[axis] != field.shape[axis]) field.shape = field.shape.with(axis, unknown);
      }
      fields.set(fields.name(k), field);
    }
  }
  return fields;
}

class RecordSource final : public Source {
 public:
  RecordSource(std::vector<Record> records, Info info)
      : records_(std::move(records)), info_(std::move(info)) {
    for (std::size_t i = 0; i < records_.size(); ++i) check(i);
  }
  std::int64_t size() const override { return static_cast<std::int64_t>(records_.size()); }
  const Info& info() const override { return info_; }
  void read(std::int64_t index, Row& row) const override {
    for (std::size_t k = 0; k < info_.fields.size(); ++k) {
      if (row.wants(k)) row.write(k, value(index, k));
    }
  }
  std::string where(std::int64_t index) const override {
    return fmt::format("{}, record {}", info_.name, index);
  }
  Shape shape_of(std::int64_t index, std::size_t field) const override {
    return value(index, field).field.shape;
  }

 private:
  const HostArray& value(std::int64_t index, std::size_t field) const {
    return records_[static_cast<std::size_t>(index)][info_.fields.name(field)];
  }
  void check(std::size_t index) const {
    const std::string where = this->where(static_cast<std::int64_t>(index));
    for (const auto& [name, field] : info_.fields) {
      const HostArray* value = records_[index].find(name);
      if (!value) throw ValueError(fmt::format("{}: the field '{}' is missing", where, name));
      if (!field.fits(value->field)) {
        throw ShapeError(fmt::format("{}: the field '{}' is {}; expected {}", where, name,
                                     value->field.to_string(), field.to_string()));
      }
    }
    for (const auto& [name, value] : records_[index]) {
      if (!info_.fields.find(name))
        throw ValueError(fmt::format("{}: other records have no field '{}'", where, name));
    }
  }
  std::vector<Record> records_;
  Info info_;
};

}  // namespace

Dataset records(std::vector<Record> records, const Schema& fields) {
  if (records.empty() && fields.size() == 0)
    throw ValueError("data::records: there is no record; state the fields");
  Info info;
  info.name = "records";
  info.fields = fields.size() > 0 ? fields : common_fields(records);
  return Dataset(std::make_shared<RecordSource>(std::move(records), std::move(info)));
}

}  // namespace luge::data
