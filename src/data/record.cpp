#include "luge/data/record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/nearest.h"
#include "luge/error.h"

namespace luge::data {
namespace {

auto by_name(std::string_view name) {
  return [name](const auto& entry) { return entry.first == name; };
}

void check_name(std::string_view name, bool taken) {
  if (name.empty()) throw ValueError("a field has no name; every field needs one");
  if (taken) throw ValueError(fmt::format("the field '{}' is given twice; names must differ", name));
}

[[noreturn]] void no_field(std::string_view name, const std::vector<std::string>& names) {
  if (names.empty()) throw ValueError(fmt::format("there is no field '{}'; the record is empty", name));
  throw ValueError(fmt::format("there is no field '{}'; the fields are {}", name, fmt::join(names, ", ")));
}

template <class Entries>
std::vector<std::string> names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.first);
  return names;
}

}  // namespace

bool Field::fits(const Field& value) const {
  if (value.dtype != dtype || value.shape.rank() != shape.rank() || !value.shape.known()) return false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] != unknown && shape[axis] != value.shape[axis]) return false;
  }
  return true;
}

std::string Field::to_string() const {
  if (text) return "text";
  std::vector<std::string> extents;
  for (const std::int64_t extent : shape) extents.push_back(extent == unknown ? "?" : std::to_string(extent));
  return fmt::format("{}[{}]", luge::name(dtype), fmt::join(extents, ","));
}

HostArray HostArray::of_text(std::string_view text) {
  HostArray value({u8, {static_cast<std::int64_t>(text.size())}, true});
  std::transform(text.begin(), text.end(), value.bytes.begin(), [](char c) { return std::byte(c); });
  return value;
}

Schema::Schema(std::initializer_list<Entry> fields) {
  for (const auto& [name, field] : fields) {
    check_name(name, find(name).has_value());
    entries_.emplace_back(name, field);
  }
}

std::optional<std::size_t> Schema::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), by_name(name));
  if (found == entries_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - entries_.begin());
}

std::size_t Schema::index(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  no_field(name, names());
}

void Schema::set(std::string_view name, const Field& field) {
  check_name(name, false);
  const auto found = std::find_if(entries_.begin(), entries_.end(), by_name(name));
  if (found != entries_.end()) {
    found->second = field;
  } else {
    entries_.emplace_back(name, field);
  }
}

void Schema::erase(std::string_view name) { std::erase_if(entries_, by_name(name)); }

std::vector<std::string> Schema::names() const { return names_of(entries_); }

std::string Schema::to_string() const {
  std::string text;
  for (const auto& [name, field] : entries_)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, field.to_string());
  return text;
}

Record::Record(std::initializer_list<Entry> values) {
  for (const auto& [name, value] : values) {
    check_name(name, contains(name));
    entries_.emplace_back(name, value);
  }
}

const HostArray* Record::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), by_name(name));
  return found == entries_.end() ? nullptr : &found->second;
}

const HostArray& Record::operator[](std::string_view name) const {
  if (const HostArray* value = find(name)) return *value;
  no_field(name, names_of(entries_));
}

HostArray& Record::operator[](std::string_view name) {
  return const_cast<HostArray&>(static_cast<const Record&>(*this)[name]);
}

void Record::set(std::string_view name, HostArray value) {
  check_name(name, false);
  const auto found = std::find_if(entries_.begin(), entries_.end(), by_name(name));
  if (found != entries_.end()) {
    found->second = std::move(value);
  } else {
    entries_.emplace_back(name, std::move(value));
  }
}

void Record::erase(std::string_view name) { std::erase_if(entries_, by_name(name)); }

Schema Record::schema() const {
  Schema schema;
  for (const auto& [name, value] : entries_) schema.set(name, value.field);
  return schema;
}

}  // namespace luge::data
