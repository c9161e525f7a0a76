// Source: where the records of a data set come from. Loaders work in host memory only; tensors are made when
// a batch is complete.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luge/data/record.h"

namespace luge::data {

/// The function (x - offset) · scale. Each list has one number, or one for each index of the first axis of an
/// input (the channels of an image, the columns of a table).
struct Affine {
  std::vector<float> offset = {0.0f};  ///< what is subtracted
  std::vector<float> scale = {1.0f};   ///< the factor
  /// Returns true when both lists are equal.
  bool operator==(const Affine&) const = default;
};

/// What is known of all records before one is read.
struct Info {
  std::string name;                   ///< the name of the data set
  Schema fields;                      ///< the fields of a record
  std::vector<std::string> classes;   ///< class names by label; empty when the targets are not labels
  std::vector<std::string> features;  ///< the names of the columns of a table; empty otherwise
  std::string target_name;            ///< the target column of a table
  /// How raw values, such as the bytes of a picture, became the input. None after Dataset::map.
  std::optional<Affine> preprocessing = Affine{};

  /// Returns the field "input". Throws ValueError that lists the fields when there is none.
  const Field& input() const { return fields.at(kInput); }
  /// Returns the field "target", or null when there is none.
  const Field* target() const;
};

/// Where the fields of one record are written. A source writes each field that is wanted exactly once.
class Row {
 public:
  /// Makes a row for records of this schema, which must live longer. No field is wanted yet.
  explicit Row(const Schema& fields);
  /// Makes a row for a source below a view. Its field k is written to field `above[k]` of `row`; a negative
  /// number means that the field is not wanted. All of them must live longer.
  Row(const Schema& fields, Row& row, std::span<const int> above);

  /// Returns the fields.
  const Schema& fields() const { return *fields_; }
  /// Lets a field of fixed shape be written to this memory, which has exactly its size.
  void into(std::size_t field, std::span<std::byte> memory) {
    Slot& slot = this->slot(field);
    slot.goes = Goes::memory, slot.memory = memory.data(), slot.size = memory.size();
  }
  /// Lets a field be written to `value`, whose shape and size follow.
  void into(std::size_t field, HostArray& value) {
    slot(field).goes = Goes::value, slot(field).value = &value;
  }
  /// Returns false for a field that nothing reads. A source need not write it.
  bool wants(std::size_t field) const {
    const Slot& slot = this->slot(field);
    return slot.goes == Goes::above ? row_->wants(static_cast<std::size_t>(slot.above))
                                    : slot.goes != Goes::nowhere;
  }

  /// Returns the memory for a field of fixed shape. Throws ShapeError when an extent is unknown.
  std::span<std::byte> write(std::size_t field);
  /// Returns the memory for a field whose value has this shape. Throws ShapeError when it does not fit the
  /// field.
  std::span<std::byte> write(std::size_t field, const Shape& shape);
  /// Returns the same memory as elements. T must be the C++ type of the dtype; it is not checked.
  template <class T>
  std::span<T> write_as(std::size_t field) {
    return elements<T>(write(field));
  }
  /// Returns the same memory as elements. T must be the C++ type of the dtype; it is not checked.
  template <class T>
  std::span<T> write_as(std::size_t field, const Shape& shape) {
    return elements<T>(write(field, shape));
  }
  /// Copies a value. Throws ShapeError when dtype or shape does not fit the field.
  void write(std::size_t field, const HostArray& value);

  /// Throws StateError naming the first wanted field that was not written since the last call.
  void finish();

 private:
  enum class Goes : std::uint8_t { nowhere, memory, value, above };
  struct Slot {
    std::byte* memory = nullptr;  // for Goes::memory
    std::size_t size = 0;         // of the memory in bytes
    HostArray* value = nullptr;   // for Goes::value
    int above = -1;               // for Goes::above: a field of row_
    Goes goes = Goes::nowhere;
    bool written = false;
  };
  static constexpr std::size_t kFew = 4;  // fields whose slots need no memory of their own
  template <class T>
  static std::span<T> elements(std::span<std::byte> bytes) {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  Slot& slot(std::size_t field) { return many_.empty() ? few_[field] : many_[field]; }
  const Slot& slot(std::size_t field) const { return many_.empty() ? few_[field] : many_[field]; }
  bool write_memory(std::size_t field, std::span<std::byte>& memory);
  std::span<std::byte> memory_for(std::size_t field, const Shape& shape);

  const Schema* fields_;
  Row* row_ = nullptr;
  std::array<Slot, kFew> few_;
  std::vector<Slot> many_;
  std::vector<std::byte> unread_;  // what a source writes although nothing reads it
};

/// A list of records with random access. Derive from it for data of your own. Several threads may call the
/// members at the same time.
///
///     data::Dataset mine(std::make_shared<MySource>());
class Source {
 public:
  virtual ~Source() = default;
  /// Returns the number of records.
  virtual std::int64_t size() const = 0;
  /// Returns what is known of all records.
  virtual const Info& info() const = 0;
  /// Writes the fields of record `index`, which is in 0 … size()-1.
  virtual void read(std::int64_t index, Row& row) const = 0;
  /// Returns where a record comes from, for errors: "train-images-idx3-ubyte.gz, picture 17".
  virtual std::string where(std::int64_t index) const = 0;
  /// Returns the shape of one field of a record. The default reads the field; override it when the shape is
  /// known without that, because batches of similar lengths ask it of all records.
  virtual Shape shape_of(std::int64_t index, std::size_t field) const;
  /// Returns the source as it is in an epoch, or null when it is the same in all epochs. Only sources with
  /// something random, such as a shuffle, override this.
  virtual std::shared_ptr<const Source> at_epoch(std::int64_t) const { return nullptr; }
  /// Returns a number that changes when any byte of any record changes. A resumed training recognizes its
  /// data by it. The default reads each record once; override it when that takes long and something else
  /// identifies the data, such as the sizes and times of files or a version.
  virtual std::uint64_t fingerprint() const;
};

/// Reads one record. Throws IndexError for an index outside 0 … size()-1, and what the source throws.
Record read_record(const Source& source, std::int64_t index);

}  // namespace luge::data
