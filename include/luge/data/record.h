// Record: one row of named, typed fields in host memory, and the schema that all records of a data set
// follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::data {

/// The dtype and the shape of one field.
struct Field {
  DType dtype = f32;  ///< the dtype
  /// The shape, without a batch axis. An unknown extent differs from record to record: boxes are
  /// f32[unknown,5].
  Shape shape;
  /// True for UTF-8 text, which is u8[unknown]. It stays in host memory; no tensor is made of it.
  bool text = false;
  /// Returns the field of UTF-8 text.
  static Field utf8() { return {u8, {unknown}, true}; }
  /// Returns true when dtype and shape are equal.
  bool operator==(const Field&) const = default;
  /// Returns true when all records have the same shape.
  bool fixed() const { return shape.known(); }
  /// Returns true when a value of this dtype and shape belongs to the field.
  bool fits(const Field& value) const;
  /// Returns the size of one value in bytes. Throws ShapeError when an extent is unknown.
  std::size_t bytes() const { return size_of(dtype) * static_cast<std::size_t>(shape.elements()); }
  /// Returns dtype and shape as text, such as "f32[1,28,28]", "f32[?,5]" or "text".
  std::string to_string() const;
};

/// A value in host memory, row-major.
struct HostArray {
  Field field;                   ///< dtype and shape; the shape is known
  std::vector<std::byte> bytes;  ///< the elements

  HostArray() = default;  ///< an empty value
  /// Makes a value of zeros. Throws ShapeError when an extent is unknown.
  explicit HostArray(Field of) : field(std::move(of)), bytes(field.bytes()) {}
  /// Makes a value of UTF-8 text.
  static HostArray of_text(std::string_view text);
  /// Returns the elements. T must be the C++ type of the dtype; it is not checked.
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  /// Returns the elements for reading. T must be the C++ type of the dtype; it is not checked.
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  /// Returns the bytes as text.
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

/// The name of the field of inputs, in data that has inputs and targets.
inline constexpr std::string_view kInput = "input";
/// The name of the field of targets, in data that has inputs and targets.
inline constexpr std::string_view kTarget = "target";

/// The fields of the records of a data set, in order, each with its name.
///
///     data::Schema fields = {{"image", {u8, {3, unknown, unknown}}}, {"boxes", {f32, {unknown, 5}}}};
class Schema {
 public:
  /// A field with its name.
  using Entry = std::pair<std::string, Field>;

  Schema() = default;  ///< no fields
  /// Makes a schema of a list. Throws ValueError for an empty name and for a name that is given twice.
  Schema(std::initializer_list<Entry> fields);

  /// Returns the number of fields.
  std::size_t size() const { return entries_.size(); }
  /// Returns the name of field `k`. k is not checked.
  const std::string& name(std::size_t k) const { return entries_[k].first; }
  /// Returns field `k`. k is not checked.
  const Field& operator[](std::size_t k) const { return entries_[k].second; }
  /// Returns the position of a field, or nothing when there is none of this name.
  std::optional<std::size_t> find(std::string_view name) const;
  /// Returns the position of a field. Throws ValueError that lists the names when there is none of this name.
  std::size_t index(std::string_view name) const;
  /// Returns the field of this name. Throws ValueError as index does.
  const Field& at(std::string_view name) const { return entries_[index(name)].second; }
  /// Adds a field, or changes the field of this name. Throws ValueError for an empty name.
  void set(std::string_view name, const Field& field);
  /// Removes the field of this name, if there is one.
  void erase(std::string_view name);
  /// Returns the names in order.
  std::vector<std::string> names() const;

  /// Returns the first field.
  auto begin() const { return entries_.begin(); }
  /// Returns the end.
  auto end() const { return entries_.end(); }
  /// Returns true when names, order, dtypes and shapes are equal.
  bool operator==(const Schema&) const = default;
  /// Returns the fields as text, such as "image u8[3,?,?], label i64[]".
  std::string to_string() const;

 private:
  std::vector<Entry> entries_;
};

/// One row of named values.
///
///     record["boxes"].as<float>()[0] = 0.5f;
class Record {
 public:
  /// A value with its name.
  using Entry = std::pair<std::string, HostArray>;

  Record() = default;  ///< no values
  /// Makes a record of a list. Throws ValueError for a name that is given twice.
  Record(std::initializer_list<Entry> values);

  /// Returns the number of values.
  std::size_t size() const { return entries_.size(); }
  /// Returns true when there is a value of this name.
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Returns the value of this name, or null.
  const HostArray* find(std::string_view name) const;
  /// Returns the value of this name. Throws ValueError that lists the names when there is none.
  HostArray& operator[](std::string_view name);
  /// Returns the value of this name. Throws ValueError as above.
  const HostArray& operator[](std::string_view name) const;
  /// Adds a value, or replaces the value of this name.
  void set(std::string_view name, HostArray value);
  /// Removes the value of this name, if there is one.
  void erase(std::string_view name);
  /// Returns the dtypes and shapes of the values.
  Schema schema() const;

  /// Returns the first value.
  auto begin() const { return entries_.begin(); }
  /// Returns the end.
  auto end() const { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
};

/// The record of data that has an input and a target, which is most data.
struct Sample {
  HostArray input;   ///< the field "input"
  HostArray target;  ///< the field "target"; empty when the data set has no targets
};

}  // namespace luge::data
