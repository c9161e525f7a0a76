// Initializers that do not depend on the fans.
#include <fmt/format.h>

#include "init/registry.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/random.h"

namespace luge::init {
namespace {

struct ConstantOptions {
  double value = 0;
  static void fields(auto& self, auto&& field) { field("value", self.value, "the value of all elements"); }
};

// The defaults are those of Keras.
struct UniformOptions {
  double low = -0.05, high = 0.05;
  static void fields(auto& self, auto&& field) {
    field("low", self.low, "the smallest value", options::elsewhere({"minval"}));
    field("high", self.high, "the limit above the largest value", options::elsewhere({"maxval"}));
  }
};

struct NormalOptions {
  double mean = 0, deviation = 0.05;
  static void fields(auto& self, auto&& field) {
    field("mean", self.mean, "the mean");
    field("deviation", self.deviation, "the standard deviation", options::at_least(0),
          options::elsewhere({"std", "stddev"}));
  }
};

Initializer::Draw filled(double value) {
  return [value](const Shape& shape, const Fans&, DType dtype) { return full(shape, value, dtype); };
}

const bool added_zeros = add("zeros", "0 for all elements", zeros);
const bool added_ones = add("ones", "1 for all elements", ones);
const bool added_constant = add("constant", "one value for all elements",
                                [](const ConstantOptions& options) { return constant(options.value); });
const bool added_uniform =
    add("uniform", "uniform numbers from low to high",
        [](const UniformOptions& options) { return uniform(options.low, options.high); });
const bool added_normal = add("normal", "normal numbers", [](const NormalOptions& options) {
  return normal(options.mean, options.deviation);
});
const bool added_truncated =
    add("truncated_normal", "normal numbers, at most two deviations from the mean",
        [](const NormalOptions& options) { return truncated_normal(options.mean, options.deviation); });
const bool added_small = add("small_random", "normal numbers with the deviation 0.01", small_random);

const bool told_plain = facts::add(
    "initializer",
    {{"zeros",
      {.formula = "w = 0",
       .use = "for biases. Weights that begin equal stay equal: with zeros, a hidden layer does not learn."}},
     {"ones", {.formula = "w = 1", .use = "for the scales of normalizations."}},
     {"constant",
      {.formula = "w = value",
       .use = "for biases that should begin at a value, such as 1 of a forget gate."}},
     {"uniform",
      {.formula = "w from U(low, high), with the variance (high - low)²/12",
       .use = "where limits of the values matter."}},
     {"normal",
      {.formula = "w from N(mean, deviation²)", .use = "for embeddings, and networks whose paper says so."}},
     {"truncated_normal",
      {.formula = "w from N(mean, deviation²), drawn again beyond two deviations",
       .use = "like normal, without rare large weights."}},
     {"small_random",
      {.formula = "w from N(0, 0.01²)", .use = "for small networks: enough to make units different."}}});

}  // namespace

Initializer zeros() { return {"zeros", filled(0)}; }
Initializer ones() { return {"ones", filled(1)}; }
Initializer constant(double value) { return {name_with("constant", ConstantOptions{value}), filled(value)}; }

Initializer uniform(double low, double high) {
  if (!(low < high)) throw ValueError(fmt::format("init::uniform: [{}, {}) is empty", low, high));
  return {name_with("uniform", UniformOptions{low, high}),
          [low, high](const Shape& shape, const Fans&, DType dtype) {
            return random::uniform(shape, low, high, dtype);
          }};
}

Initializer normal(double mean, double deviation) {
  const NormalOptions options{mean, deviation};
  options::check("init::normal", options);
  return {name_with("normal", options), [=](const Shape& shape, const Fans&, DType dtype) {
            return random::normal(shape, mean, deviation, dtype);
          }};
}

Initializer truncated_normal(double mean, double deviation) {
  const NormalOptions options{mean, deviation};
  options::check("init::truncated_normal", options);
  return {name_with("truncated_normal", options), [=](const Shape& shape, const Fans&, DType dtype) {
            return random::truncated_normal(shape, mean, deviation, dtype);
          }};
}

Initializer small_random() {
  return {"small_random",
          [](const Shape& shape, const Fans&, DType dtype) { return random::normal(shape, 0, 0.01, dtype); }};
}

}  // namespace luge::init
