#include "luge/ops/control.h"

#include "luge/ops/compare.h"
#include "luge/ops/dropout.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/random.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

// s' = tanh(s·w + x), and s'·x as the output; w comes from outside.
Tensors mixed(const Tensors& in, bool reverse) {
  const Scanned all = scan(
      [&](const Tensors& s, const Tensors& x) {
        const Tensor next = tanh(s[0] * in[2] + x[0]);
        return ScanTrip{{next}, {next * x[0]}};
      },
      {in[1]}, {in[0]}, {.reverse = reverse});
  return {all.states[0], all.outputs[0]};
}

const OpCases loops = {
    {.name = "scan",
     .build = [](const Tensors& in) { return mixed(in, false); },
     .inputs = {{uniform({4, 3}), uniform({3}), uniform({3})},
                {uniform({5}), uniform({}), uniform({})},
                {uniform({2, 16}), uniform({16}), uniform({16})},
                {uniform({0, 3}), uniform({3}), uniform({3})},
                {uniform({4, 0}), uniform({0}), uniform({0})}}},
    {.name = "scan/reverse",
     .build = [](const Tensors& in) { return mixed(in, true); },
     .inputs = {{uniform({4, 3}), uniform({3}), uniform({3})},
                {uniform({4, 2, 3}), uniform({2, 3}), uniform({3})}}},
    {.name = "scan/length",
     .build =
         [](const Tensors& in) {
           const Scanned all = scan(
               [](const Tensors& s, const Tensors&) {
                 return ScanTrip{{sin(s[0]) + s[1], s[1]}, {s[0] * s[1]}};
               },
               {in[0], in[1]}, {}, {.length = 3});
           return Tensors{all.states[0], all.outputs[0]};
         },
     .inputs = {{uniform({3}), uniform({3})}, {uniform({}), uniform({})}}},
    {.name = "scan/dropout",  // the same draws at every call, so that values and slopes can be compared
     .build =
         [](const Tensors& in) {
           random::seed(5);
           return scan(
                      [](const Tensors&, const Tensors& x) {
                        return ScanTrip{{}, {dropout(x[0], 0.4)}};
                      },
                      {}, {in[0]})
               .outputs;
         },
     .inputs = {{uniform({3, 5})}},
     .halves = false,
     .floats = false,
     .golden = false},
    {.name = "while_loop",
     .build =
         [](const Tensors& in) {
           return Tensors{while_loop([](const Tensors& s) { return less(s[1], scalar(3, i64)); },
                                     [&](const Tensors& s) {
                                       return Tensors{cos(s[0]) * in[1], s[1] + 1};
                                     },
                                     {in[0], scalar(0, i64)}, {.max_trips = 5})[0]};
         },
     .inputs = {{uniform({4}), uniform({4})},
                {uniform({}), uniform({})},
                {uniform({2, 16}), uniform({2, 16})},
                {uniform({0}), uniform({0})}}},
    {.name = "cond",
     .build =
         [](const Tensors& in) {
           return cond(
               in[2], [](const Tensors& x) { return Tensors{x[0] * exp(x[1])}; },
               [&](const Tensors& x) { return Tensors{x[0] - in[1]}; }, {in[0], in[1]});
         },
     .inputs = {{uniform({4}), uniform({4}), truths({})},
                {uniform({}), uniform({}), truths({})},
                {uniform({3, 16}), uniform({3, 16}), truths({})},
                {uniform({0}), uniform({0}), truths({})}}},
};

}  // namespace
}  // namespace luge::testing
