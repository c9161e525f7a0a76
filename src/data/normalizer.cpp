#include "luge/data/normalizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "luge/error.h"

namespace luge::data {
namespace {

struct Statistics {
  double count = 0, mean = 0, squares = 0;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  std::vector<float> values = {};  // for quartiles

  // Chan's update: accurate for any number of samples, in one pass.
  void add(double n, double its_mean, double its_squares) {
    const double total = count + n, delta = its_mean - mean;
    squares += its_squares + delta * delta * count * n / total;
    mean += delta * n / total;
    count = total;
  }
};

void measure(std::span<const float> values, Statistics& statistics) {
  double sum = 0, low = statistics.low, high = statistics.high;
  for (const float value : values) {
    sum += value;
    low = std::min<double>(low, value);
    high = std::max<double>(high, value);
  }
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const float value : values) squares += (value - mean) * (value - mean);
  statistics.add(static_cast<double>(values.size()), mean, squares);
  statistics.low = low;
  statistics.high = high;
}

// The value below which this share of the sorted values lies.
double quantile(std::span<const float> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double low = sorted[below], high = sorted[above];
  return low + (at - static_cast<double>(below)) * (high - low);
}

// What is subtracted, and the distance that becomes 1.
std::pair<double, double> center_and_spread(Statistics& s, Scaling scaling) {
  if (scaling == Scaling::min_max) return {s.low, s.high - s.low};
  if (scaling == Scaling::standardize) return {s.mean, std::sqrt(s.squares / s.count)};
  std::sort(s.values.begin(), s.values.end());
  return {quantile(s.values, 0.5), quantile(s.values, 0.75) - quantile(s.values, 0.25)};
}

}  // namespace

Scaling scaling_named(std::string_view text) {
  for (const auto& [scaling, name] : options::Names<Scaling>::all) {
    if (text == name) return scaling;
  }
  throw ValueError(
      fmt::format("normalization '{}' is not known; choose none, standardize, min-max or robust", text));
}

std::string_view name(Scaling scaling) {
  for (const auto& [each, name] : options::Names<Scaling>::all) {
    if (each == scaling) return name;
  }
  return "none";
}

Affine fit_scaling(const Dataset& training, Scaling scaling) {
  if (scaling == Scaling::none) return {};
  if (training.size() == 0)
    throw ValueError(fmt::format("{}: nothing to fit a normalizer on", training.info().name));
  const Shape& each = training.info().input().shape;
  if (each.known() && each.elements() == 0) {
    throw ValueError(fmt::format("{}: inputs of {} hold no numbers to fit a normalizer on",
                                 training.info().name, training.info().input().to_string()));
  }
  const Dataset numbers = training.fields({std::string(kInput)}).affine({});  // as float32
  const Shape& shape = numbers.info().input().shape;
  const bool by_group = shape.rank() == 1 || shape.rank() == 3;
  if (by_group && shape[0] == unknown) {
    throw ShapeError(
        fmt::format("{}: inputs are {}; the first extent must be the same in all of them to fit a normalizer "
                    "(or choose none)",
                    training.info().name, training.info().input().to_string()));
  }
  std::vector<Statistics> groups(by_group ? static_cast<std::size_t>(shape[0]) : 1);
  for (std::int64_t i = 0; i < numbers.size(); ++i) {
    const Sample sample = numbers.get(i);
    const auto values = sample.input.as<float>();
    const std::size_t length = values.size() / groups.size();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const auto own = values.subspan(g * length, length);
      measure(own, groups[g]);
      if (scaling == Scaling::robust) groups[g].values.insert(groups[g].values.end(), own.begin(), own.end());
      if (!std::isfinite(groups[g].squares)) {
        throw FormatError(fmt::format("{}: holds a value that is not finite", numbers.where(i)));
      }
    }
  }
  Affine fitted{{}, {}};
  for (Statistics& s : groups) {
    const auto [center, spread] = center_and_spread(s, scaling);
    fitted.offset.push_back(static_cast<float>(center));
    fitted.scale.push_back(spread > 0 ? static_cast<float>(1 / spread) : 1.0f);
  }
  return fitted;
}

Affine compose(const Affine& first, const Affine& second) {
  // ((x - a) * s - b) * t = (x - (a + b / s)) * (s * t)
  const std::size_t length =
      std::max({first.offset.size(), first.scale.size(), second.offset.size(), second.scale.size()});
  const auto at = [](const std::vector<float>& list, std::size_t i) {
    return list[list.size() == 1 ? 0 : i];
  };
  Affine both{std::vector<float>(length), std::vector<float>(length)};
  for (std::size_t i = 0; i < length; ++i) {
    both.offset[i] = at(first.offset, i) + at(second.offset, i) / at(first.scale, i);
    both.scale[i] = at(first.scale, i) * at(second.scale, i);
  }
  return both;
}

Affine inverse_of(const Affine& affine) {
  const auto at = [](const std::vector<float>& list, std::size_t i) {
    return list[list.size() == 1 ? 0 : i];
  };
  Affine back{{}, {}};
  for (std::size_t i = 0; i < std::max(affine.offset.size(), affine.scale.size()); ++i) {
    back.offset.push_back(-at(affine.offset, i) * at(affine.scale, i));
    back.scale.push_back(1 / at(affine.scale, i));
  }
  return back;
}

}  // namespace luge::data
