#include "luge/ops/pooling.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

OpCase pool(std::string name, Tensor (*f)(T, const PoolOptions&), PoolOptions options,
            std::vector<Shape> shapes) {
  OpCase row{
      .name = std::move(name), .build = of_one([f, options](T x) { return f(x, options); }), .inputs = {}};
  for (const Shape& shape : shapes) row.inputs.push_back({distinct(shape)});
  return row;
}

const OpCases pools = {
    pool("max_pool2d", max_pool2d, {}, {{2, 3, 4, 6}, {1, 1, 5, 5}}),
    pool("max_pool2d/overlapping", max_pool2d, {.kernel = 3, .stride = 2, .padding = 1}, {{2, 2, 6, 5}}),
    pool("max_pool2d/ceil", max_pool2d, {.kernel = 2, .ceil_mode = true}, {{1, 2, 5, 5}}),
    pool("max_pool1d", max_pool1d, {.kernel = 3}, {{2, 2, 7}}),
    pool("max_pool3d", max_pool3d, {}, {{1, 2, 4, 2, 4}}),
    pool("avg_pool2d", avg_pool2d, {}, {{2, 3, 4, 6}, {1, 1, 5, 5}}),
    pool("avg_pool2d/border", avg_pool2d, {.kernel = 3, .stride = 2, .padding = 1}, {{2, 2, 6, 5}}),
    pool("avg_pool2d/padding counts", avg_pool2d,
         {.kernel = 3, .stride = 2, .padding = 1, .count_include_pad = true}, {{2, 2, 6, 5}}),
    pool("avg_pool1d", avg_pool1d, {.kernel = 3}, {{2, 2, 7}}),
    pool("avg_pool3d", avg_pool3d, {}, {{1, 2, 4, 2, 4}}),
    {.name = "global_avg_pool",
     .build = of_one(global_avg_pool),
     .inputs = {{uniform({2, 3, 4, 5})}, {uniform({2, 3, 7})}, {uniform({2, 1, 2, 3, 2})}}},
};

}  // namespace
}  // namespace luge::testing
