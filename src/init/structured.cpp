// Initializers of a certain structure: orthogonal, identity, dirac, sparse.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "init/registry.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/init/structured.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::init {
namespace {

struct GainOptions {
  double gain = 1;
  static void fields(auto& self, auto&& field) {
    field("gain", self.gain, "factor of all elements", options::above(0));
  }
};
struct DiracOptions {
  std::int64_t groups = 1;
  std::optional<Initializer> rest = {};
  static void fields(auto& self, auto&& field) {
    field("groups", self.groups, "groups of the convolution", options::at_least(1));
    field("rest", self.rest,
          "how filters are drawn for which there is no input left, such as fan_in_uniform; nothing: 0");
  }
};
struct SparseOptions {
  double sparsity = 0.9, deviation = 0.01;
  static void fields(auto& self, auto&& field) {
    field("sparsity", self.sparsity, "share of each column that is 0", options::within(0, 1));
    field("deviation", self.deviation, "the standard deviation of the others", options::at_least(0),
          options::elsewhere({"std", "stddev"}));
  }
};

const bool added_orthogonal =
    add("orthogonal", "a random matrix with orthonormal rows or columns (Saxe 2014)",
        [](const GainOptions& options) { return orthogonal(options.gain); });
const bool added_identity = add("identity", "1 on the diagonal of a matrix",
                                [](const GainOptions& options) { return identity(options.gain); });
Initializer made_dirac(const DiracOptions& options);
const bool added_dirac = add("dirac", "filters that pass their inputs on",
                             [](const DiracOptions& options) { return made_dirac(options); });
const bool added_sparse =
    add("sparse", "normal numbers, most of which are 0 (Martens 2010)",
        [](const SparseOptions& options) { return sparse(options.sparsity, options.deviation); });

[[noreturn]] void refuse(const char* who, const Shape& shape, const char* expected) {
  throw ShapeError(
      fmt::format("init::{}: the weight has the shape {}; expected {}", who, shape.to_string(), expected));
}

// Makes `count` vectors of `length`, one after the other, orthonormal. Twice is enough for all digits.
void orthonormalize(std::vector<double>& vectors, std::size_t count, std::size_t length) {
  for (std::size_t k = 0; k < count; ++k) {
    double* own = vectors.data() + k * length;
    for (int round = 0; round < 2; ++round) {
      for (std::size_t other = 0; other < k; ++other) {
        const double* before = vectors.data() + other * length;
        double product = 0;
        for (std::size_t i = 0; i < length; ++i) product += own[i] * before[i];
        for (std::size_t i = 0; i < length; ++i) own[i] -= product * before[i];
      }
    }
    double square = 0;
    for (std::size_t i = 0; i < length; ++i) square += own[i] * own[i];
    const double factor = 1 / std::sqrt(square);
    for (std::size_t i = 0; i < length; ++i) own[i] *= factor;
  }
}

const bool told_structured = facts::add(
    "initializer",
    {{"orthogonal",
      {.formula = "w = gain·Q, where the rows or columns of Q have length 1 and are orthogonal",
       .use =
           "for recurrent and very deep networks: products of many such matrices neither grow nor vanish."}},
     {"identity",
      {.formula = "w_ii = gain, others 0",
       .use = "for recurrent layers with relu, and layers that should begin as doing nothing."}},
     {"dirac",
      {.formula = "the middle of filter i is 1 for channel i, others 0; filters beyond the channels as rest "
                  "draws them",
       .use = "for convolutions that should begin as passing their input on."}},
     {"sparse",
      {.formula = "the share sparsity of each column is 0, others are from N(0, deviation²)",
       .use = "for large layers where each unit should begin with few inputs."}}});

}  // namespace

Initializer orthogonal(double gain) {
  const GainOptions options{gain};
  options::check("init::orthogonal", options);
  return {name_with("orthogonal", options), [gain](const Shape& shape, const Fans&, DType dtype) {
            if (shape.rank() < 2) refuse("orthogonal", shape, "two axes or more");
            if (shape.elements() == 0) return zeros(shape, dtype);
            const std::int64_t rows = shape[0], columns = shape.elements() / rows;
            const std::int64_t count = std::min(rows, columns), length = std::max(rows, columns);
            auto vectors = random::normal({count, length}, 0, 1, f64).to_vector<double>();
            orthonormalize(vectors, static_cast<std::size_t>(count), static_cast<std::size_t>(length));
            Tensor matrix = tensor(vectors, {count, length});
            if (rows > columns) matrix = transpose(matrix);
            return cast(reshape(gain * matrix, shape), dtype);
          }};
}

Initializer identity(double gain) {
  const GainOptions options{gain};
  options::check("init::identity", options);
  return {name_with("identity", options), [gain](const Shape& shape, const Fans&, DType dtype) {
            if (shape.rank() != 2) refuse("identity", shape, "a matrix");
            std::vector<double> values(static_cast<std::size_t>(shape.elements()));
            for (std::int64_t k = 0; k < std::min(shape[0], shape[1]); ++k)
              values[static_cast<std::size_t>(k * shape[1] + k)] = gain;
            return cast(tensor(values, shape), dtype);
          }};
}

Initializer dirac(std::int64_t groups) { return made_dirac({groups}); }
Initializer dirac(std::int64_t groups, const Initializer& rest) { return made_dirac({groups, rest}); }

namespace {

// Of each group, `inputs` filters pass one input on; the others are those of `values`.
void write_dirac(std::vector<double>& values, const Shape& shape, std::int64_t groups) {
  std::int64_t taps = 1, center = 0;
  for (int axis = 2; axis < shape.rank(); ++axis) {
    taps *= shape[axis];
    center = center * shape[axis] + shape[axis] / 2;
  }
  const std::int64_t own = shape[0] / groups, inputs = shape[1], each = inputs * taps;
  for (std::int64_t group = 0; group < groups && taps > 0; ++group) {
    for (std::int64_t k = 0; k < std::min(own, inputs); ++k) {
      double* filter = values.data() + (group * own + k) * each;
      std::fill_n(filter, each, 0.0);
      filter[k * taps + center] = 1;
    }
  }
}

Initializer made_dirac(const DiracOptions& options) {
  options::check("init::dirac", options);
  return {name_with("dirac", options), [options](const Shape& shape, const Fans& fans, DType dtype) {
            if (shape.rank() < 3 || shape.rank() > 5)
              refuse("dirac", shape, "three to five axes, as the filters of a convolution");
            if (shape[0] % options.groups != 0) refuse("dirac", shape, "outputs that divide by the groups");
            std::vector<double> values(static_cast<std::size_t>(shape.elements()));
            if (options.rest) values = cast((*options.rest)(shape, fans, dtype), f64).to_vector<double>();
            write_dirac(values, shape, options.groups);
            return cast(tensor(values, shape), dtype);
          }};
}

}  // namespace

Initializer sparse(double sparsity, double deviation) {
  const SparseOptions options{sparsity, deviation};
  options::check("init::sparse", options);
  return {name_with("sparse", options), [options](const Shape& shape, const Fans&, DType dtype) {
            if (shape.rank() != 2) refuse("sparse", shape, "a matrix");
            const double zeros_of_column = std::ceil(options.sparsity * static_cast<double>(shape[0]));
            const Tensor order = argsort(argsort(random::uniform(shape), 0), 0);
            return where(less(cast(order, f64), zeros_of_column), 0,
                         random::normal(shape, 0, options.deviation, dtype));
          }};
}

}  // namespace luge::init
