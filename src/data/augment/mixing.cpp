#include "data/augment/mixing.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/dispatch.h"
#include "data/permutation.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::string_view kWeight = "weight";

// The logarithm of a number from Gamma(shape, 1): it does not vanish for small shapes. Source: Marsaglia and
// Tsang 2000.
double log_gamma_draw(Draws& draws, double shape) {
  if (shape < 1) {
    const double more = log_gamma_draw(draws, shape + 1);
    return more + std::log(1 - draws.uniform()) / shape;
  }
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = draws.normal(), v = std::pow(1 + c * x, 3), u = 1 - draws.uniform();
    if (v > 0 && std::log(u) < x * x / 2 + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

}  // namespace

double symmetric_beta(Draws& draws, double alpha) {
  const double a = log_gamma_draw(draws, alpha), b = log_gamma_draw(draws, alpha);
  return 1 / (1 + std::exp(b - a));
}

std::vector<std::int64_t> partners(Draws& draws, std::int64_t rows) {
  return permutation(
      rows, static_cast<std::uint64_t>(draws.whole(0, std::numeric_limits<std::int32_t>::max())), kMixStream);
}

HostArray& mixed_input(std::string_view augmentation, HostBatch& batch) {
  if (batch.values.contains(std::string(kInput) + std::string(kLength))) {
    throw ValueError(fmt::format(
        "augmentation {}: the samples have different lengths and cannot be mixed; leave the augmentation out",
        augmentation));
  }
  HostArray& input = batch.values[kInput];
  if (is_floating(input.field.dtype) || input.field.dtype == u8) return input;
  throw DTypeError(
      fmt::format("augmentation {}: the field 'input' is {}; expected floating numbers, or u8; leave the "
                  "augmentation out",
                  augmentation, input.field.to_string()));
}

void mix_rows(HostArray& value, const std::vector<std::int64_t>& partners, double share) {
  const HostArray before = value;
  const bool whole = !is_floating(value.field.dtype);
  dispatch(value.field.dtype, [&]<class T>() {
    const std::span<const T> from = before.as<const T>();
    const std::span<T> to = value.as<T>();
    const std::size_t each = partners.empty() ? 0 : from.size() / partners.size();
    for (std::size_t k = 0; k < each * partners.size(); ++k) {
      const std::size_t other = static_cast<std::size_t>(partners[k / each]) * each + k % each;
      const double mixed = share * convert_element<double>(static_cast<T>(from[k])) +
                           (1 - share) * convert_element<double>(static_cast<T>(from[other]));
      to[k] = convert_element<T>(whole ? std::nearbyint(mixed) : mixed);
    }
  });
}

void mix_targets(HostBatch& batch, const std::vector<std::int64_t>& partners, double share) {
  for (const std::string_view name : {kTarget, kWeight}) {
    if (batch.values.contains(name) && is_floating(batch.values[name].field.dtype))
      mix_rows(batch.values[name], partners, share);
  }
}

}  // namespace luge::data
