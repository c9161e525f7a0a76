#include "luge/ops/dropout.h"

#include "luge/random.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// The same draw at every call, so that values and slopes can be compared.
const OpCases random_rows = {
    {.name = "dropout",
     .build = of_one([](T x) {
       random::seed(3);
       return dropout(x, 0.4);
     }),
     .inputs = {{uniform({3, 5})}, {uniform({4, 16})}},
     .halves = false,
     .floats = false,
     .golden = false},
};

}  // namespace
}  // namespace luge::testing
