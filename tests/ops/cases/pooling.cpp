#include "luge/ops/pooling.h"

#include <limits>

#include "luge/ops/math.h"
#include "luge/ops/shape.h"
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

OpCase lp_pool(std::string name, Tensor (*f)(T, double, const PoolOptions&), double p, PoolOptions options,
               std::vector<Shape> shapes) {
  OpCase row{.name = std::move(name),
             .build = of_one([f, p, options](T x) { return f(x, p, options); }),
             .inputs = {}};
  for (const Shape& shape : shapes) row.inputs.push_back({distinct(shape)});
  return row;
}

OpCase adaptive(std::string name, Tensor (*f)(T, const PerAxis&), PerAxis output, std::vector<Shape> shapes) {
  OpCase row{
      .name = std::move(name), .build = of_one([f, output](T x) { return f(x, output); }), .inputs = {}};
  for (const Shape& shape : shapes) row.inputs.push_back({distinct(shape)});
  return row;
}

OpCase with_indices(std::string name, PooledWithIndices (*f)(T, const PoolOptions&), PoolOptions options,
                    const Shape& shape) {
  return {.name = std::move(name),
          .build =
              [f, options](const Tensors& in) {
                const PooledWithIndices pooled = f(in[0], options);
                return Tensors{pooled.values, pooled.indices};
              },
          .inputs = {{distinct(shape)}}};
}

// Every other element of the result, so that no index occurs twice.
OpCase unpool(std::string name, Tensor (*f)(T, T, const UnpoolOptions&), UnpoolOptions options,
              const Shape& shape) {
  return {.name = std::move(name),
          .build = of_one(
              [f, options](T x) { return f(x, reshape_like(iota_like(flatten(x, 2), 2), x) * 2, options); }),
          .inputs = {{uniform(shape)}}};
}

const OpCases other_pools = {
    lp_pool("lp_pool2d", lp_pool2d, 2, {}, {{2, 3, 4, 6}, {1, 1, 5, 5}, {0, 1, 4, 4}}),
    lp_pool("lp_pool2d/p 3", lp_pool2d, 3, {.kernel = {3, 2}, .stride = 2, .padding = 1}, {{2, 2, 5, 4}}),
    lp_pool("lp_pool2d/p 1", lp_pool2d, 1, {.padding = PaddingMode::same, .ceil_mode = true}, {{1, 2, 5, 3}}),
    lp_pool("lp_pool2d/largest", lp_pool2d, std::numeric_limits<double>::infinity(), {.ceil_mode = true},
            {{2, 1, 3, 5}}),
    lp_pool("lp_pool1d", lp_pool1d, 1.5, {.kernel = 3}, {{2, 2, 7}}),
    lp_pool("lp_pool3d", lp_pool3d, 2, {.dilation = 2}, {{1, 2, 4, 3, 4}}),
    adaptive("adaptive_avg_pool1d", adaptive_avg_pool1d, 3, {{2, 2, 7}, {1, 1, 2}, {0, 2, 4}}),
    adaptive("adaptive_avg_pool2d", adaptive_avg_pool2d, {2, 5}, {{2, 3, 5, 4}, {1, 1, 2, 5}}),
    adaptive("adaptive_avg_pool3d", adaptive_avg_pool3d, 2, {{1, 2, 3, 2, 5}}),
    adaptive("adaptive_max_pool1d", adaptive_max_pool1d, 3, {{2, 2, 7}, {1, 1, 2}, {0, 2, 4}}),
    adaptive("adaptive_max_pool2d", adaptive_max_pool2d, {2, 5}, {{2, 3, 5, 4}, {1, 1, 2, 5}}),
    adaptive("adaptive_max_pool3d", adaptive_max_pool3d, 2, {{1, 2, 3, 2, 5}}),
    with_indices("max_pool1d_with_indices", max_pool1d_with_indices, {.kernel = 3, .stride = 2}, {2, 2, 7}),
    with_indices("max_pool2d_with_indices", max_pool2d_with_indices,
                 {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true}, {2, 2, 6, 5}),
    with_indices("max_pool3d_with_indices", max_pool3d_with_indices, {}, {1, 2, 4, 2, 4}),
    unpool("max_unpool1d", max_unpool1d, {}, {2, 3, 4}),
    unpool("max_unpool2d", max_unpool2d, {.kernel = 3, .stride = 2, .padding = 1}, {2, 2, 3, 4}),
    unpool("max_unpool2d/output", max_unpool2d, {.output = {5, 7}}, {1, 2, 2, 3}),
    unpool("max_unpool3d", max_unpool3d, {}, {1, 2, 2, 1, 2}),
    {.name = "global_max_pool",
     .build = of_one(global_max_pool),
     .inputs = {{distinct({2, 3, 4, 5})}, {distinct({2, 3, 7})}, {distinct({0, 1, 2, 3, 2})}}},
    {.name = "global_lp_pool",
     .build = of_one([](T x) { return global_lp_pool(x); }),
     .inputs = {{uniform({2, 3, 4, 5})}, {uniform({2, 3, 7})}, {uniform({0, 1, 2, 3, 2})}}},
    {.name = "global_lp_pool/p 3",
     .build = of_one([](T x) { return global_lp_pool(x, 3); }),
     .inputs = {{distinct({2, 3, 7})}}},
};

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
