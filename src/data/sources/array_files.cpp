// array_file: the arrays of IDX, NPY and NPZ files as records.
#include "luge/data/array_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "core/dispatch.h"
#include "data/distinct.h"
#include "data/sources/arrays.h"
#include "luge/error.h"
#include "luge/io/idx.h"
#include "luge/io/npy.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

using Named = std::vector<std::pair<std::string, io::NpyArray>>;

bool is_one_of(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}
std::string field_of(const std::string& name) {
  if (is_one_of(name, {"x", "X", "input", "inputs"})) return std::string(kInput);
  if (is_one_of(name, {"y", "Y", "target", "label", "labels"})) return std::string(kTarget);
  return name;
}

template <class To>
std::vector<std::byte> converted(const io::NpyArray& array) {
  const std::size_t count = static_cast<std::size_t>(array.shape.elements());
  std::vector<std::byte> bytes(count * sizeof(To));
  dispatch(array.dtype, [&]<class T>() {
    const T* from = reinterpret_cast<const T*>(array.bytes.data());
    To* to = reinterpret_cast<To*>(bytes.data());
    for (std::size_t k = 0; k < count; ++k) to[k] = convert_element<To>(from[k]);
  });
  return bytes;
}

io::NpyArray input_of(io::NpyArray array) {
  const Shape& shape = array.shape;
  const bool bytes = array.dtype == DType::u8;
  const auto colors = [](std::int64_t extent) { return extent == 1 || extent == 3; };
  if (bytes && shape.rank() == 3) array.shape = shape.inserted(1, 1);
  if ((bytes || is_floating(array.dtype)) && shape.rank() == 4 && shape.elements() > 0 && colors(shape[3]) &&
      !colors(shape[1]))
    array = io::channels_first(array);
  if (bytes) return array;
  if (array.dtype == DType::i64 || array.dtype == DType::f32) return array;
  return {DType::f32, array.shape, converted<float>(array)};
}

void add_target(Arrays& arrays, const io::NpyArray& array, const std::string& where,
                const ArrayOptions& options) {
  const bool column = array.shape.rank() == 1 || (array.shape.rank() == 2 && array.shape[1] == 1);
  if (!column || !(is_integer(array.dtype) || array.dtype == DType::boolean)) {
    const Shape each = array.shape.rank() == 1 ? Shape{1} : array.shape.without(0);
    arrays.add(kTarget, {f32, each}, converted<float>(array));
    return;
  }
  std::vector<std::byte> labels = converted<std::int64_t>(array);
  const std::span<const std::int64_t> values(reinterpret_cast<const std::int64_t*>(labels.data()),
                                             labels.size() / 8);
  std::int64_t largest = -1;
  for (std::size_t k = 0; k < values.size(); ++k) {
    largest = std::max(largest, values[k]);
    if (values[k] < 0 ||
        (!options.classes.empty() && values[k] >= static_cast<std::int64_t>(options.classes.size())))
      throw FormatError(fmt::format(
          "{}: label {} of sample {} is not a class; expected 0{}", where, values[k], k,
          options.classes.empty() ? " or more" : fmt::format(" to {}", options.classes.size() - 1)));
  }
  constexpr std::int64_t kMostClasses = 1'000'000;
  if (largest >= kMostClasses)
    throw FormatError(fmt::format("{}: label {} is larger than {} classes; save numbers as floating ones",
                                  where, largest, kMostClasses));
  arrays.info.classes = options.classes;
  for (std::int64_t k = static_cast<std::int64_t>(arrays.info.classes.size());
       options.classes.empty() && k <= largest; ++k)
    arrays.info.classes.push_back(std::to_string(k));
  arrays.add(kTarget, {i64, {}}, std::move(labels));
}

Dataset dataset_of(const std::string& path, Named named, const ArrayOptions& options) {
  Arrays arrays;
  arrays.info.name = fs::path(path).stem().string();
  bool in_bytes = false;
  std::string first;
  for (auto& [name, array] : named) {
    const std::string where = named.size() > 1 ? fmt::format("{}: {}", path, name) : path,
                      field = field_of(name);
    if (array.shape.rank() == 0)
      throw FormatError(fmt::format("{}: is a single number; expected samples", where));
    if (arrays.columns.empty()) arrays.count = array.shape[0], first = where;
    if (array.shape[0] != arrays.count)
      throw FormatError(
          fmt::format("{}: {} samples, but {} in {}", where, array.shape[0], arrays.count, first));
    if (array.shape.elements() == 0)
      throw FormatError(fmt::format("{}: {} holds no samples", where, array.shape.to_string()));
    if (arrays.info.fields.find(field))
      throw FormatError(fmt::format("{}: two arrays are the field '{}'", where, field));
    if (field == kTarget) {
      add_target(arrays, array, where, options);
    } else {
      if (field == kInput) array = input_of(std::move(array)), in_bytes = array.dtype == DType::u8;
      const Field each{array.dtype, array.shape.without(0)};
      arrays.add(field, each, std::move(array.bytes));
    }
  }
  arrays.where = [path](std::int64_t index) { return fmt::format("{}, sample {}", path, index); };
  const Dataset raw(array_source(std::move(arrays)));
  return in_bytes ? raw.affine({{0.0f}, {1.0f / 255.0f}}) : raw;
}

Named of_part(const Named& all, const std::string& end) {
  Named part;
  for (const auto& [name, array] : all) {
    if (name.ends_with(end)) part.emplace_back(name.substr(0, name.size() - end.size()), array);
  }
  return part;
}

}  // namespace

ArrayParts array_file(const fs::path& file, const ArrayOptions& options) {
  check_distinct("array_file", "classes", options.classes);
  const std::string path = file.string();
  if (file.extension() == ".npz") {
    Named all = io::read_npz(path);
    Named train = of_part(all, "_train"), test = of_part(all, "_test");
    if (train.empty()) return {dataset_of(path, std::move(all), options), std::nullopt};
    if (train.size() + test.size() != all.size())
      throw FormatError(
          fmt::format("{}: has arrays with the ends _train and _test and others; expected all with or "
                      "all without",
                      path));
    ArrayParts parts{dataset_of(path, std::move(train), options), std::nullopt};
    ArrayOptions same = options;
    same.classes = parts.train.info().classes;
    if (!test.empty()) parts.test = dataset_of(path, std::move(test), same);
    return parts;
  }
  if (file.extension() == ".npy")
    return {dataset_of(path, {{"input", io::read_npy(path)}}, options), std::nullopt};
  io::IdxArray array = io::read_idx(path);
  return {dataset_of(path, {{"input", {array.dtype, array.shape, std::move(array.bytes)}}}, options),
          std::nullopt};
}

}  // namespace luge::data
