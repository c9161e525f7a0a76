// The buckets of histograms: ±1e-12·1.1^k, with 0 between both halves.
#include <algorithm>
#include <cmath>
#include <limits>

#include "luge/io/tensorboard.h"

namespace luge::io {
namespace {

const std::vector<double>& bucket_limits() {
  static const std::vector<double> limits = [] {
    std::vector<double> positive;
    for (double limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push_back(limit);
    positive.push_back(std::numeric_limits<double>::max());
    std::vector<double> all;
    for (auto limit = positive.rbegin(); limit != positive.rend(); ++limit) all.push_back(-*limit);
    all.push_back(0);
    all.insert(all.end(), positive.begin(), positive.end());
    return all;
  }();
  return limits;
}

// The first bucket whose limit is above the number. Logarithms find it to within one; limits decide.
std::size_t bucket_of(double number, const std::vector<double>& limits) {
  const std::size_t zero = limits.size() / 2;
  const double size = std::abs(number);
  std::size_t near = zero;
  if (size >= 1e-12) {
    static const double step = std::log(1.1);
    const auto steps = static_cast<std::size_t>(std::clamp(std::log(size * 1e12) / step, 0.0, 1e6));
    near = number > 0 ? std::min(zero + 1 + steps, limits.size() - 1) : zero - std::min(zero, steps + 1);
  }
  while (near > 0 && limits[near - 1] > number) --near;
  while (near + 1 < limits.size() && limits[near] <= number) ++near;
  return near;
}

}  // namespace

Histogram histogram_of(std::span<const double> numbers) {
  const std::vector<double>& limits = bucket_limits();
  std::vector<double> counts(limits.size());
  Histogram found;
  for (const double number : numbers) {
    if (!std::isfinite(number)) {
      ++found.left_out;
      continue;
    }
    found.min = found.count == 0 ? number : std::min(found.min, number);
    found.max = found.count == 0 ? number : std::max(found.max, number);
    ++found.count;
    found.sum += number;
    found.sum_squares += number * number;
    ++counts[bucket_of(number, limits)];
  }
  if (found.count == 0) {  // TensorBoard needs one bucket
    found.limits = {0};
    found.counts = {0};
    return found;
  }
  const auto filled = [](double count) { return count > 0; };
  const auto first = std::find_if(counts.begin(), counts.end(), filled) - counts.begin();
  const auto last = counts.rend() - std::find_if(counts.rbegin(), counts.rend(), filled);
  // An empty bucket before the first one gives its lower limit.
  const auto begin = std::max<std::ptrdiff_t>(0, first - 1);
  found.limits.assign(limits.begin() + begin, limits.begin() + last);
  found.counts.assign(counts.begin() + begin, counts.begin() + last);
  return found;
}

Histogram histogram_of(const Tensor& tensor) { return histogram_of(tensor.to_vector<double>()); }

}  // namespace luge::io
