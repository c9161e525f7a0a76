#include "luge/ops/nn.h"

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/random.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// Sums of products lose digits in 16 bits, so these rows are compared in float32 and float64.
OpCase product_row(std::string name, std::function<Tensors(const Tensors&)> build,
                   std::vector<Inputs> inputs) {
  return {.name = std::move(name), .build = std::move(build), .inputs = std::move(inputs), .halves = false};
}

// Axis 0 is no batch.
OpCase fixed(OpCase row) {
  row.batch = false;
  return row;
}

const OpCases products = {
    product_row("matmul", of_two([](T a, T b) { return matmul(a, b); }),
                {{uniform({3, 4}), uniform({4, 5})},
                 {uniform({2, 3, 4}), uniform({4, 5})},
                 {uniform({2, 1, 3, 4}), uniform({5, 4, 2})},
                 {uniform({3, 4}), uniform({4})},
                 {uniform({0, 4}), uniform({4, 2})},
                 {uniform({17, 33}), uniform({33, 9})}}),
    product_row("matmul/vector by matrix", of_two([](T a, T b) { return matmul(b, a); }),
                {{uniform({4, 5}), uniform({4})}}),
    fixed(product_row("matmul/transposed", of_two([](T a, T b) {
                        return matmul(a, b, {.transpose_a = true, .transpose_b = true});
                      }),
                      {{uniform({4, 3}), uniform({5, 4})}})),
    product_row("matmul/bias", of_three([](T a, T b, T c) { return matmul(a, b, c); }),
                {{uniform({3, 4}), uniform({4, 5}), uniform({5})}}),
    product_row("linear", of_three([](T x, T w, T b) { return linear(x, w, b); }),
                {{uniform({3, 4}), uniform({5, 4}), uniform({5})}}),
    product_row("dot", of_two(dot), {{uniform({5}), uniform({5})}}),
    product_row("outer", of_two(outer), {{uniform({3}), uniform({4})}}),
};

// x, w, b with options; the first inputs lists give the extents.
OpCase convolution(std::string name, Tensor (*f)(T, T, T, const ConvOptions&), ConvOptions options,
                   std::vector<Inputs> inputs) {
  OpCase row =
      product_row(std::move(name), of_three([f, options](T x, T w, T b) { return f(x, w, b, options); }),
                  std::move(inputs));
  row.tolerance = 1e-11;
  return row;
}

const OpCases convolutions = {
    convolution("conv2d", conv2d, {},
                {{uniform({2, 3, 5, 6}), uniform({4, 3, 3, 3}), uniform({4})},
                 {uniform({1, 1, 4, 4}), uniform({2, 1, 1, 1}), uniform({2})}}),
    convolution("conv2d/same", conv2d, {.padding = PaddingMode::same},
                {{uniform({2, 2, 5, 4}), uniform({3, 2, 3, 2}), uniform({3})}}),
    convolution("conv2d/full", conv2d, {.padding = PaddingMode::full},
                {{uniform({1, 2, 3, 4}), uniform({2, 2, 2, 3}), uniform({2})}}),
    convolution("conv2d/strided", conv2d, {.stride = {2, 1}, .padding = Padding({1, 0}, {0, 2})},
                {{uniform({2, 2, 6, 5}), uniform({3, 2, 3, 2}), uniform({3})}}),
    convolution("conv2d/dilated", conv2d, {.dilation = 2},
                {{uniform({1, 2, 6, 7}), uniform({2, 2, 2, 3}), uniform({2})}}),
    convolution("conv2d/groups", conv2d, {.groups = 2},
                {{uniform({2, 4, 4, 4}), uniform({6, 2, 3, 3}), uniform({6})}}),
    convolution("conv1d", conv1d, {.stride = 2}, {{uniform({2, 3, 7}), uniform({4, 3, 3}), uniform({4})}}),
    convolution("conv3d", conv3d, {}, {{uniform({1, 2, 3, 4, 3}), uniform({2, 2, 2, 2, 2}), uniform({2})}}),
};

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

const OpCases activations = {
    {.name = "softmax",
     .build = of_one([](T x) { return softmax(x); }),
     .inputs = {{uniform({3, 5})}, {uniform({2, 3, 17})}}},
    {.name = "softmax/first",
     .build = of_one([](T x) { return softmax(x, 0); }),
     .inputs = {{uniform({3, 5})}}},
    {.name = "log_softmax",
     .build = of_one([](T x) { return log_softmax(x); }),
     .inputs = {{uniform({3, 5})}, {uniform({2, 3, 17})}}},
    {.name = "log_softmax/middle",
     .build = of_one([](T x) { return log_softmax(x, 1); }),
     .inputs = {{uniform({2, 3, 4})}}},
    {.name = "softplus", .build = of_one(softplus), .inputs = {{uniform({3, 5}, -6, 6)}, {uniform({})}}},
    {.name = "leaky_relu",
     .build = of_one([](T x) { return leaky_relu(x, 0.1); }),
     .inputs = {{distinct({3, 5})}, {uniform({})}, {uniform({0, 3})}}},
    {.name = "leaky_relu/falling",
     .build = of_one([](T x) { return leaky_relu(x, -0.5); }),
     .inputs = {{distinct({3, 5})}}},
    {.name = "relu6", .build = of_one(relu6), .inputs = {{distinct({4, 5}, -3, 9)}, {uniform({})}}},
    {.name = "gelu",
     .build = of_one([](T x) { return gelu(x); }),
     .inputs = {{uniform({3, 5}, -4, 4)}, {uniform({})}, {uniform({0, 3})}}},
    {.name = "gelu/tanh",
     .build = of_one([](T x) { return gelu(x, GeluForm::tanh); }),
     .inputs = {{uniform({3, 5}, -4, 4)}}},
};

const OpCases losses = {
    {.name = "softmax_cross_entropy",
     .build = of_two([](T x, T t) { return softmax_cross_entropy(x, t); }),
     .inputs = {{uniform({4, 5}), indices({4}, 5)}, {uniform({4, 5}), uniform({4, 5}, 0, 1)}}},
    {.name = "softmax_cross_entropy/smoothed",
     .build = of_two([](T x, T t) {
       return softmax_cross_entropy(x, t, {.axis = 1, .label_smoothing = 0.1, .ignore_index = 2});
     }),
     .inputs = {{uniform({3, 4, 2}), indices({3, 2}, 4)}}},
    {.name = "binary_cross_entropy_with_logits",
     .build = of_two(binary_cross_entropy_with_logits),
     .inputs = {{uniform({4, 3}), uniform({4, 3}, 0, 1)}}},
    {.name = "binary_cross_entropy",
     .build = of_two(binary_cross_entropy),
     .inputs = {{uniform({4, 3}, 0.1, 0.9), uniform({4, 3}, 0, 1)}}},
};

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
