#include "data/sources/arrays.h"

#include <fmt/format.h>

#include <cstring>
#include <mutex>

#include "data/fingerprint.h"
#include "luge/data/sources.h"
#include "luge/error.h"

namespace luge::data {
namespace {

class ArraySource final : public Source {
 public:
  explicit ArraySource(Arrays arrays) : arrays_(std::move(arrays)) {
    for (const auto& [name, field] : arrays_.info.fields) bytes_.push_back(field.bytes());
  }
  std::int64_t size() const override { return arrays_.count; }
  const Info& info() const override { return arrays_.info; }
  void read(std::int64_t index, Row& row) const override {
    for (std::size_t k = 0; k < bytes_.size(); ++k) {
      if (!row.wants(k)) continue;
      const std::span<std::byte> to = row.write(k);
      if (!to.empty())
        std::memcpy(to.data(), arrays_.columns[k].data() + static_cast<std::size_t>(index) * bytes_[k],
                    bytes_[k]);
    }
  }
  std::string where(std::int64_t index) const override { return arrays_.where(index); }
  // Views ask again for each chain; the arrays never change.
  std::uint64_t fingerprint() const override {
    std::call_once(hashed_, [this] {
      Fingerprint hash;
      for (const auto& column : arrays_.columns) hash.add(std::span<const std::byte>(column));
      hash_ = hash.value();
    });
    return hash_;
  }

 private:
  Arrays arrays_;
  std::vector<std::size_t> bytes_;  // of a value of each field
  mutable std::once_flag hashed_;
  mutable std::uint64_t hash_ = 0;
};

Field field_of_rows(const Tensor& tensor, std::string_view what) {
  if (tensor.rank() == 0) throw ShapeError(fmt::format("data::tensors: '{}' is a single number", what));
  return {tensor.dtype(), tensor.shape().without(0)};
}

std::vector<std::byte> copy_of(const Tensor& tensor) {
  const auto bytes = tensor.bytes();
  return {bytes.begin(), bytes.end()};
}

Dataset truth_table(std::string name, std::initializer_list<float> targets) {
  const std::vector<float> inputs = {0, 0, 0, 1, 1, 0, 1, 1};
  const auto bytes = [](std::span<const float> values) {
    const auto view = std::as_bytes(values);
    return std::vector<std::byte>(view.begin(), view.end());
  };
  Arrays arrays;
  arrays.info.name = name;
  arrays.count = 4;
  arrays.add(kInput, {f32, {2}}, bytes(inputs));
  arrays.add(kTarget, {f32, {1}}, bytes(std::span(targets.begin(), targets.size())));
  arrays.where = [name](std::int64_t row) { return fmt::format("{}, row {}", name, row); };
  return Dataset(array_source(std::move(arrays)));
}

}  // namespace

std::shared_ptr<const Source> array_source(Arrays arrays) {
  return std::make_shared<ArraySource>(std::move(arrays));
}

Dataset tensors(const std::vector<std::pair<std::string, Tensor>>& fields) {
  if (fields.empty()) throw ValueError("data::tensors: there is no tensor");
  Arrays arrays;
  arrays.info.name = "tensors";
  for (const auto& [name, tensor] : fields) {
    const Field field = field_of_rows(tensor, name);
    if (arrays.columns.empty()) arrays.count = tensor.extent(0);
    if (tensor.extent(0) != arrays.count) {
      throw ShapeError(fmt::format("data::tensors: '{}' has {} rows and '{}' has {}; expected as many",
                                   fields[0].first, arrays.count, name, tensor.extent(0)));
    }
    if (arrays.info.fields.find(name))
      throw ValueError(fmt::format("data::tensors: '{}' is given twice; names must differ", name));
    arrays.add(name, field, copy_of(tensor));
  }
  arrays.where = [](std::int64_t row) { return fmt::format("tensors, row {}", row); };
  return Dataset(array_source(std::move(arrays)));
}

Dataset tensors(const Tensor& inputs, const Tensor& targets) {
  return tensors({{std::string(kInput), inputs}, {std::string(kTarget), targets}});
}

Dataset tensors(const Tensor& inputs) { return tensors({{std::string(kInput), inputs}}); }

Dataset xor_table() { return truth_table("xor", {0, 1, 1, 0}); }
Dataset and_table() { return truth_table("and", {0, 0, 0, 1}); }
Dataset or_table() { return truth_table("or", {0, 1, 1, 1}); }

}  // namespace luge::data
