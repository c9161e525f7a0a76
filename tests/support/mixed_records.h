// Records of all kinds of fields, for tests of views and batches.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/data/record.h"

namespace luge::testing {

template <class T>
data::HostArray array(DType dtype, const Shape& shape, const std::vector<T>& values) {
  data::HostArray result({dtype, shape});
  std::copy(values.begin(), values.end(), result.as<T>().begin());
  return result;
}

/// The whole numbers from `first` on, i64 [count].
data::HostArray tokens(std::int64_t count, std::int64_t first);

/// Record i: i % 5 boxes f32[?,4], i + 1 tokens from 100·i on, the text "record i", and the label i % 3.
data::Dataset mixed(std::int64_t count);

std::int64_t label(const data::Record& record);

/// The numbers of the records of mixed(), in the order of `data`.
std::vector<std::int64_t> first_tokens(const data::Dataset& data);

}  // namespace luge::testing
