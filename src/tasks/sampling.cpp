#include "tasks/sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "luge/error.h"

namespace luge::tasks {
namespace {

// How many candidates there are when the one at `last` is taken, too: those equal to it are.
std::size_t with_equal_ones(std::span<const float> logits, const std::vector<std::size_t>& order,
                            std::size_t last) {
  std::size_t count = last + 1;
  while (count < order.size() && logits[order[count]] == logits[order[last]]) ++count;
  return count;
}

}  // namespace

void check_sampling(std::string_view who, const SamplingOptions& options) {
  const auto refuse = [&](const std::string& what) { throw ValueError(fmt::format("{}: {}", who, what)); };
  if (options.top_k < 0) refuse(fmt::format("top_k is {}; expected 0 or more", options.top_k));
  if (!(options.top_p > 0 && options.top_p <= 1))
    refuse(fmt::format("top_p is {}; expected a number above 0 and at most 1", options.top_p));
  if (!(options.temperature >= 0 && std::isfinite(options.temperature)))
    refuse(fmt::format("temperature is {}; expected 0 or more", options.temperature));
}

std::size_t Sampler::draw(std::span<const float> logits) {
  const double chance = static_cast<double>(random_() >> 11) * 0x1p-53;
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  if (options_.temperature == 0) return order.front();
  if (options_.top_k > 0 && static_cast<std::size_t>(options_.top_k) < order.size())
    order.resize(with_equal_ones(logits, order, static_cast<std::size_t>(options_.top_k) - 1));
  std::vector<double> weights;
  for (const std::size_t id : order) {
    const double below = static_cast<double>(logits[id]) - logits[order.front()];
    weights.push_back(std::exp(below / options_.temperature));
  }
  double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (options_.top_p < 1) {
    double reached = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      reached += weights[k];
      if (reached < options_.top_p * total) continue;
      order.resize(with_equal_ones(logits, order, k));
      weights.resize(order.size());
      total = std::accumulate(weights.begin(), weights.end(), 0.0);
      break;
    }
  }
  double left = total * chance;
  for (std::size_t k = 0; k < order.size(); ++k) {
    left -= weights[k];
    if (left < 0) return order[k];
  }
  return order.front();
}

}  // namespace luge::tasks
