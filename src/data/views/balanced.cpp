// balanced_weights and time_series_folds.
#include <fmt/format.h>

#include <map>
#include <optional>

#include "core/dispatch.h"
#include "core/whole.h"
#include "luge/data/views.h"
#include "luge/error.h"

namespace luge::data {

std::vector<double> balanced_weights(const Dataset& data, const std::string& field) {
  const Dataset labels = data.fields({field});
  std::vector<std::int64_t> found;
  std::map<std::int64_t, double> counts;
  for (std::int64_t i = 0; i < labels.size(); ++i) {
    const Record record = labels.record(i);
    const HostArray& value = record[field];
    std::optional<std::int64_t> label;
    if (value.field.shape.elements() == 1)
      dispatch(value.field.dtype, [&]<class T>() { label = as_whole(value.as<T>()[0]); });
    if (!label)
      throw ValueError(
          fmt::format("{}: the field '{}' is {}; balanced drawing needs one whole number in each sample",
                      data.where(i), field, value.field.to_string()));
    found.push_back(*label);
    ++counts[*label];
  }
  std::vector<double> weights;
  for (const std::int64_t label : found) weights.push_back(1 / counts[label]);
  return weights;
}

std::vector<std::pair<Dataset, Dataset>> time_series_folds(const Dataset& data, std::int64_t k) {
  if (k < 1 || k >= data.size())
    throw ValueError(fmt::format("time_series_folds: k is {}; expected 1 to {}, one less than the samples", k,
                                 data.size() - 1));
  const std::int64_t each = data.size() / (k + 1);
  std::vector<std::pair<Dataset, Dataset>> folds;
  for (std::int64_t fold = 0; fold < k; ++fold) {
    const std::int64_t begin = data.size() - (k - fold) * each;
    folds.emplace_back(data.take(begin), data.skip(begin).take(each));
  }
  return folds;
}

}  // namespace luge::data
