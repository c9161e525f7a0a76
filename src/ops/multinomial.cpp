// multinomial: classes drawn with given weights, with replacement by the running sum of the weights, without
// by the order of exponential numbers with the weights as rates (Efraimidis and Spirakis 2006).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/op_registry.h"
#include "graph/trace.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/element.h"
#include "ops/random_uniform.h"

namespace luge {
namespace {

struct MultinomialAttributes {
  std::int64_t count = 1;
  bool replacement = false;
  static void fields(auto& self, auto&& field) {
    field("count", self.count);
    field("replacement", self.replacement);
  }
};

// What is wrong with a row; it comes back as the limit of the error.
enum Fault : std::int64_t { kWeight, kNone, kTooFew };

struct Multinomial : Op<Multinomial, MultinomialAttributes> {  // inputs: weights, uniform numbers
  static constexpr auto name = "multinomial";
  static constexpr Traits traits{.can_fail = true, .cost = 20};
  static constexpr auto no_gradient = "its result is integer";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_float(name, in[0]);
    check_axis(name, -1, in[0].shape.rank());
    if (count < 0) throw ValueError(fmt::format("multinomial: count is {}, expected 0 or more", count));
    const int last = in[0].shape.rank() - 1;
    const Shape result = in[0].shape.with(last, count);
    product(name, result, 0, result.rank());
    return {Type{i64, result}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const std::int64_t n = shape[shape.rank() - 1];
    const std::int64_t rows = product(name, shape, 0, shape.rank() - 1);
    const std::int64_t drawn = replacement ? count : n;  // uniform numbers of a row
    std::vector<double> weights(static_cast<std::size_t>(n));
    std::vector<std::int64_t> order;
    for (std::int64_t row = 0; row < rows && count > 0; ++row) {
      load(call.in[0], row * n, weights);
      if (!is_sound(weights, row, call.status)) return;
      const double* u = call.in[1].as<const double>() + row * drawn;
      auto* y = call.out[0].as<std::int64_t>() + row * count;
      replacement ? draw_again(weights, u, y) : draw_once(weights, u, order, y);
    }
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    switch (error.limit) {
      case kWeight:
        throw ValueError(fmt::format("multinomial: weight {} at position {}; expected 0 or more, and finite",
                                     error.value.to_string(), error.position));
      case kNone:
        throw ValueError(fmt::format("multinomial: all weights of row {} are 0; expected one above 0",
                                     error.value.to_string()));
      default:
        throw ValueError(fmt::format(
            "multinomial: row {} has fewer than {} weights above 0; draw fewer, or with replacement = true",
            error.value.to_string(), count));
    }
  }

 private:
  static void load(const View& from, std::int64_t at, std::vector<double>& weights) {
    for_floating(from.type.dtype, [&]<class T>() {
      const T* elements = from.as<const T>() + at;
      std::transform(elements, elements + weights.size(), weights.begin(), [](T x) { return widen(x); });
    });
  }
  bool is_sound(const std::vector<double>& weights, std::int64_t row, Status* status) const {
    std::int64_t positive = 0;
    const std::int64_t start = row * static_cast<std::int64_t>(weights.size());
    for (std::size_t k = 0; k < weights.size(); ++k) {
      if (!(weights[k] >= 0) || std::isinf(weights[k])) {
        status->record({start + static_cast<std::int64_t>(k), weights[k], kWeight});
        return false;
      }
      positive += weights[k] > 0 ? 1 : 0;
    }
    const bool enough = replacement ? positive > 0 : positive >= count;
    if (!enough) status->record({start, row, positive == 0 ? kNone : kTooFew});
    return enough;
  }
  // Running sums of weights over the largest, which do not overflow; those after the last positive weight are
  // equal to its sum and so never exceed a draw.
  void draw_again(std::vector<double>& weights, const double* u, std::int64_t* y) const {
    const double largest = *std::max_element(weights.begin(), weights.end());
    double total = 0;
    for (double& weight : weights) weight = total += weight / largest;
    const auto last = std::lower_bound(weights.begin(), weights.end(), total);
    for (std::int64_t k = 0; k < count; ++k) {
      const auto found = std::upper_bound(weights.begin(), last, u[k] * total);
      y[k] = found - weights.begin();
    }
  }
  void draw_once(std::vector<double>& weights, const double* u, std::vector<std::int64_t>& order,
                 std::int64_t* y) const {
    order.clear();
    for (std::size_t k = 0; k < weights.size(); ++k) {
      if (weights[k] == 0) continue;
      order.push_back(static_cast<std::int64_t>(k));
      weights[k] = std::log(-std::log1p(-u[k])) - std::log(weights[k]);  // of the arrival: it cannot overflow
    }
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](std::int64_t a, std::int64_t b) {
      const double at = weights[static_cast<std::size_t>(a)], bt = weights[static_cast<std::size_t>(b)];
      return at < bt || (at == bt && a < b);
    });
    std::copy_n(order.begin(), count, y);
  }
};
const Registered<Multinomial> registered_multinomial;

}  // namespace

Tensor random::multinomial(const Tensor& weights, std::int64_t count, MultinomialOptions options) {
  check_float(Multinomial::name, {weights.dtype(), weights.shape()});
  const int last = check_axis(Multinomial::name, -1, weights.rank());
  if (count < 0) throw ValueError(fmt::format("multinomial: count is {}, expected 0 or more", count));
  const Tensor wide = cast(weights, f64);
  // Of the type alone: nothing of it is computed.
  Tensor like = wide;
  if (options.replacement) {
    Shape shape;
    for (int axis = 0; axis < last; ++axis) shape = shape.appended(unknown);
    like = broadcast_to(sum(wide, last, keep_dims), shape.appended(count));
  }
  return make<Multinomial>({count, options.replacement}, weights, random_uniform(next_key(), like));
}

}  // namespace luge
