#include "luge/ops/random.h"

#include "luge/ops/math.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// The same draw at every call, so that values and slopes can be compared.
OpCase drawn(std::string name, std::function<Tensor(T)> draw) {
  return {.name = std::move(name),
          .build = of_one([draw](T x) {
            random::seed(5);
            return draw(x);
          }),
          .inputs = {{uniform({3, 5})}, {uniform({4, 5})}, {uniform({0, 5})}},
          .halves = false,
          .floats = false,
          .golden = false};
}

OpCase without_gradient(OpCase row) {
  row.gradient = row.second = false;
  return row;
}

const OpCases draws = {
    drawn("gumbel_softmax", [](T x) { return random::gumbel_softmax(x, {.temperature = 0.8}); }),
    drawn("randint", [](T x) { return x * cast(random::randint(1, 9, {5}), x.dtype()); }),
    without_gradient(drawn("multinomial", [](T x) { return random::multinomial(abs(x) + 0.1, 3); })),
    without_gradient(drawn("multinomial/with replacement",
                           [](T x) { return random::multinomial(abs(x) + 0.1, 7, {.replacement = true}); })),
};

}  // namespace
}  // namespace luge::testing
