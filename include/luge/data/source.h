// Source: what every data set is underneath, and the host-side values it hands out. Loaders work on these
// alone; tensors are made when a batch is complete.
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

/// Element type and shape of one half of a sample.
struct Field {
  DType dtype = f32;
  Shape shape;
  bool operator==(const Field&) const = default;
  /// Bytes of one value.
  std::size_t bytes() const { return size_of(dtype) * static_cast<std::size_t>(shape.elements()); }
  std::string to_string() const;  // "f32[1,28,28]"
};

/// A value on the host: dense, row-major.
struct HostArray {
  Field field;
  std::vector<std::byte> bytes;

  HostArray() = default;
  explicit HostArray(Field of) : field(std::move(of)), bytes(field.bytes()) {}
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

struct Sample {
  HostArray input;
  HostArray target;  // empty for a data set without targets
};

/// y = (x - offset) * scale. Each list holds one number, or one for every index of the input's first axis
/// (the channels of an image, the columns of a table).
struct Affine {
  std::vector<float> offset = {0.0f};
  std::vector<float> scale = {1.0f};
  bool operator==(const Affine&) const = default;
};

/// What is known of every sample before one is read.
struct Info {
  std::string name;
  Field input;
  std::optional<Field> target;
  std::vector<std::string> classes;   // names by label; empty when targets are no labels
  std::vector<std::string> features;  // names of the columns of a table; empty otherwise
  std::string target_name;            // the target column of a table
  /// How raw values (bytes of a picture, cells of a table) became the input; none once a function was mapped.
  std::optional<Affine> preprocessing = Affine{};
};

/// A random-access list of samples. Derive from it for data of your own;
/// Dataset(std::make_shared<MySource>(…)). Every member may be called from several threads at once.
class Source {
 public:
  virtual ~Source() = default;
  virtual std::int64_t size() const = 0;
  virtual const Info& info() const = 0;
  /// Writes sample `index` (0 ≤ index < size()) into memory of exactly the sizes that info() states.
  virtual void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const = 0;
  /// Where the sample comes from, for errors: "train-images-idx3-ubyte.gz, picture 17".
  virtual std::string where(std::int64_t index) const = 0;
  /// The source as it is in the given epoch, or null when all epochs are alike. Only what is random differs.
  virtual std::shared_ptr<const Source> at_epoch(std::int64_t) const { return nullptr; }
  /// A number that any changed byte of any sample changes: a resumed training knows its data by it. This one
  /// reads every sample once; override it where that takes long and something else tells (sizes and times of
  /// files, a version).
  virtual std::uint64_t fingerprint() const;
};

}  // namespace luge::data
