// Source: where the samples of a data set come from, and their values in host memory. Loaders work on these
// only; tensors are made when a batch is complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "luge/dtype.h"
#include "luge/shape.h"

namespace luge::data {

/// The dtype and the shape of the input or the target of a sample.
struct Field {
  DType dtype = f32;  ///< the dtype
  Shape shape;        ///< the shape, without a batch axis
  /// Returns true when dtype and shape are equal.
  bool operator==(const Field&) const = default;
  /// Returns the size of one value in bytes.
  std::size_t bytes() const { return size_of(dtype) * static_cast<std::size_t>(shape.elements()); }
  /// Returns dtype and shape as text, such as "f32[1,28,28]".
  std::string to_string() const;
};

/// A value in host memory, row-major.
struct HostArray {
  Field field;                   ///< dtype and shape
  std::vector<std::byte> bytes;  ///< the elements

  HostArray() = default;  ///< an empty value
  /// Makes a value of zeros.
  explicit HostArray(Field of) : field(std::move(of)), bytes(field.bytes()) {}
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
};

/// One sample.
struct Sample {
  HostArray input;   ///< the input
  HostArray target;  ///< the target; empty when the data set has no targets
};

/// The function (x - offset) · scale. Each list has one number, or one for each index of the first axis of an
/// input (the channels of an image, the columns of a table).
struct Affine {
  std::vector<float> offset = {0.0f};  ///< what is subtracted
  std::vector<float> scale = {1.0f};   ///< the factor
  /// Returns true when both lists are equal.
  bool operator==(const Affine&) const = default;
};

/// What is known of all samples before one is read.
struct Info {
  std::string name;                   ///< the name of the data set
  Field input;                        ///< dtype and shape of an input
  std::optional<Field> target;        ///< dtype and shape of a target; none when there are no targets
  std::vector<std::string> classes;   ///< class names by label; empty when the targets are not labels
  std::vector<std::string> features;  ///< the names of the columns of a table; empty otherwise
  std::string target_name;            ///< the target column of a table
  /// How raw values, such as the bytes of a picture, became the input. None after Dataset::map.
  std::optional<Affine> preprocessing = Affine{};
};

/// A list of samples with random access. Derive from it for data of your own. Several threads may call the
/// members at the same time.
///
///     data::Dataset mine(std::make_shared<MySource>());
class Source {
 public:
  virtual ~Source() = default;
  /// Returns the number of samples.
  virtual std::int64_t size() const = 0;
  /// Returns what is known of all samples.
  virtual const Info& info() const = 0;
  /// Writes sample `index`, which is in 0 … size()-1, into memory of exactly the sizes that info() states.
  virtual void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const = 0;
  /// Returns where a sample comes from, for errors: "train-images-idx3-ubyte.gz, picture 17".
  virtual std::string where(std::int64_t index) const = 0;
  /// Returns the source as it is in an epoch, or null when it is the same in all epochs. Only sources with
  /// something random, such as a shuffle, override this.
  virtual std::shared_ptr<const Source> at_epoch(std::int64_t) const { return nullptr; }
  /// Returns a number that changes when any byte of any sample changes. A resumed training recognizes its
  /// data by it. The default reads each sample once; override it when that takes long and something else
  /// identifies the data, such as the sizes and times of files or a version.
  virtual std::uint64_t fingerprint() const;
};

}  // namespace luge::data
