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
  explicit ArraySource(Arrays arrays) : arrays_(std::move(arrays)) {}
  std::int64_t size() const override { return arrays_.count; }
  const Info& info() const override { return arrays_.info; }
  void read(std::int64_t index, std::span<std::byte> input, std::span<std::byte> target) const override {
    const auto i = static_cast<std::size_t>(index);
    if (!input.empty()) std::memcpy(input.data(), arrays_.inputs.data() + i * input.size(), input.size());
    if (!target.empty())
      std::memcpy(target.data(), arrays_.targets.data() + i * target.size(), target.size());
  }
  std::string where(std::int64_t index) const override { return arrays_.where(index); }
  // Views ask again for each chain; the arrays never change.
  std::uint64_t fingerprint() const override {
    std::call_once(hashed_, [this] {
      hash_ = Fingerprint()
                  .add(std::span<const std::byte>(arrays_.inputs))
                  .add(std::span<const std::byte>(arrays_.targets))
                  .value();
    });
    return hash_;
  }

 private:
  Arrays arrays_;
  mutable std::once_flag hashed_;
  mutable std::uint64_t hash_ = 0;
};

Field field_of_rows(const Tensor& tensor, std::string_view what) {
  if (tensor.rank() == 0) throw ShapeError(fmt::format("data::tensors: the {} are a single number", what));
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
  arrays.info.input = {f32, {2}};
  arrays.info.target = Field{f32, {1}};
  arrays.count = 4;
  arrays.inputs = bytes(inputs);
  arrays.targets = bytes(std::span(targets.begin(), targets.size()));
  arrays.where = [name](std::int64_t row) { return fmt::format("{}, row {}", name, row); };
  return Dataset(array_source(std::move(arrays)));
}

}  // namespace

std::shared_ptr<const Source> array_source(Arrays arrays) {
  return std::make_shared<ArraySource>(std::move(arrays));
}

Dataset tensors(const Tensor& inputs, const Tensor& targets) {
  Arrays arrays;
  arrays.info.name = "tensors";
  arrays.info.input = field_of_rows(inputs, "inputs");
  arrays.count = inputs.extent(0);
  arrays.inputs = copy_of(inputs);
  if (targets.defined()) {
    arrays.info.target = field_of_rows(targets, "targets");
    if (targets.extent(0) != arrays.count) {
      throw ShapeError(fmt::format("data::tensors: {} inputs and {} targets; expected equal numbers",
                                   arrays.count, targets.extent(0)));
    }
    arrays.targets = copy_of(targets);
  }
  arrays.where = [](std::int64_t row) { return fmt::format("tensors, row {}", row); };
  return Dataset(array_source(std::move(arrays)));
}

Dataset tensors(const Tensor& inputs) { return tensors(inputs, {}); }

Dataset xor_table() { return truth_table("xor", {0, 1, 1, 0}); }
Dataset and_table() { return truth_table("and", {0, 0, 0, 1}); }
Dataset or_table() { return truth_table("or", {0, 1, 1, 1}); }

}  // namespace luge::data
