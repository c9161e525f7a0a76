#include "luge/ops/convolution.h"

#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// x, w, b with options; the first inputs lists give the extents.
OpCase convolution(std::string name, Tensor (*f)(T, T, T, const ConvOptions&), ConvOptions options,
                   std::vector<Inputs> inputs) {
  OpCase row =
      product_row(std::move(name), of_three([f, options](T x, T w, T b) { return f(x, w, b, options); }),
                  std::move(inputs));
  row.tolerance = 1e-11;
  return row;
}

OpCase transposed(std::string name, Tensor (*f)(T, T, T, const ConvTransposeOptions&),
                  ConvTransposeOptions options, std::vector<Inputs> inputs) {
  OpCase row =
      product_row(std::move(name), of_three([f, options](T x, T w, T b) { return f(x, w, b, options); }),
                  std::move(inputs));
  row.tolerance = 1e-11;
  return row;
}

const OpCases borders = {
    convolution("conv2d/replicate", conv2d, {.padding = Padding({1, 0}, {0, 3}), .border = Border::replicate},
                {{uniform({2, 2, 4, 3}), uniform({3, 2, 2, 3}), uniform({3})},
                 {uniform({0, 2, 4, 3}), uniform({3, 2, 2, 3}), uniform({3})}}),
    convolution("conv2d/reflect", conv2d,
                {.stride = 2, .padding = PaddingMode::same, .border = Border::reflect},
                {{uniform({2, 2, 5, 6}), uniform({3, 2, 4, 3}), uniform({3})}}),
    convolution("conv2d/circular", conv2d,
                {.dilation = {1, 2}, .padding = PaddingMode::full, .border = Border::circular},
                {{uniform({1, 2, 3, 4}), uniform({2, 2, 2, 3}), uniform({2})}}),
    convolution("conv1d/reflect", conv1d, {.padding = 3, .border = Border::reflect},
                {{uniform({2, 1, 4}), uniform({3, 1, 2}), uniform({3})}}),
    convolution("conv3d/circular", conv3d, {.padding = PaddingMode::same, .border = Border::circular},
                {{uniform({1, 2, 2, 3, 2}), uniform({2, 2, 2, 3, 2}), uniform({2})}}),
};

const OpCases transposed_convolutions = {
    transposed("conv_transpose2d", conv_transpose2d, {},
               {{uniform({2, 3, 3, 4}), uniform({3, 4, 3, 2}), uniform({4})},
                {uniform({0, 3, 3, 4}), uniform({3, 4, 3, 2}), uniform({4})}}),
    transposed("conv_transpose2d/strided", conv_transpose2d,
               {.stride = {2, 3}, .padding = Padding({1, 0}, {0, 2}), .output_padding = {1, 2}},
               {{uniform({2, 3, 3, 2}), uniform({3, 4, 3, 4}), uniform({4})}}),
    transposed("conv_transpose2d/same", conv_transpose2d, {.stride = 2, .padding = PaddingMode::same},
               {{uniform({2, 3, 3, 4}), uniform({3, 4, 3, 4}), uniform({4})}}),
    transposed("conv_transpose2d/full", conv_transpose2d, {.stride = 2, .padding = PaddingMode::full},
               {{uniform({1, 2, 4, 5}), uniform({2, 3, 3, 2}), uniform({3})}}),
    transposed("conv_transpose2d/groups", conv_transpose2d, {.dilation = 2, .groups = 2},
               {{uniform({2, 4, 3, 2}), uniform({4, 3, 2, 3}), uniform({6})}}),
    transposed("conv_transpose1d", conv_transpose1d, {.stride = 3, .output_padding = 1},
               {{uniform({2, 3, 4}), uniform({3, 4, 2}), uniform({4})}}),
    transposed("conv_transpose3d", conv_transpose3d, {.stride = 2, .padding = 1},
               {{uniform({2, 3, 2, 3, 2}), uniform({3, 4, 2, 3, 3}), uniform({4})}}),
};

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

}  // namespace
}  // namespace luge::testing
