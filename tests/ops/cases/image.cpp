#include "luge/ops/image.h"

#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

const OpCases patches = {
    {.name = "unfold",
     .build = of_one([](T x) {
       return unfold(x, {.kernel = {2, 3}});
     }),
     .inputs = {{uniform({2, 3, 4, 5})}, {uniform({1, 1, 2, 3})}, {uniform({0, 1, 4, 4})}},
     .integers = true},
    {.name = "unfold/strided",
     .build = of_one([](T x) {
       return unfold(x, {.kernel = {3, 2}, .stride = {2, 1}, .dilation = {1, 2}, .padding = 1});
     }),
     .inputs = {{uniform({2, 2, 5, 4})}}},
    {.name = "unfold/1d",
     .build = of_one([](T x) { return unfold(x, {.kernel = 3, .padding = Padding({2}, {0})}); }),
     .inputs = {{uniform({2, 2, 5})}}},
    {.name = "unfold/3d",
     .build = of_one([](T x) { return unfold(x, {.kernel = 2, .padding = PaddingMode::same}); }),
     .inputs = {{uniform({1, 2, 2, 3, 2})}}},
    {.name = "fold",
     .build = of_one([](T x) {
       return fold(x, {4, 5}, {.kernel = {2, 3}});
     }),
     .inputs = {{uniform({2, 12, 9})}, {uniform({0, 6, 9})}},
     .integers = true},
    {.name = "fold/strided",
     .build = of_one([](T x) {
       return fold(x, {5, 4}, {.kernel = {3, 2}, .stride = {2, 1}, .dilation = {1, 2}, .padding = 1});
     }),
     .inputs = {{uniform({2, 12, 12})}}},
    {.name = "fold/1d",
     .build = of_one([](T x) { return fold(x, {7}, {.kernel = 3}); }),
     .inputs = {{uniform({2, 6, 5})}}},
};

OpCase resize(std::string name, InterpolateOptions options, std::vector<Shape> shapes) {
  OpCase row{.name = "interpolate/" + name,
             .build = of_one([options](T x) { return interpolate(x, options); }),
             .inputs = {}};
  for (const Shape& shape : shapes) row.inputs.push_back({uniform(shape)});
  return row;
}

constexpr auto linear = Interpolation::linear, cubic = Interpolation::cubic;

const OpCases resizes = {
    resize("nearest", {.scales = {2}}, {{2, 2, 3, 4}, {1, 2, 3}, {1, 1, 2, 2, 3}, {0, 1, 2, 2}}),
    resize("nearest smaller", {.sizes = {2, 3}, .rounding = NearestRounding::prefer_ceil}, {{2, 2, 5, 7}}),
    resize("nearest asymmetric",
           {.sizes = {5, 3}, .coordinates = Coordinates::asymmetric, .rounding = NearestRounding::floor},
           {{2, 2, 3, 4}}),
    resize("nearest ceil",
           {.sizes = {5}, .coordinates = Coordinates::align_corners, .rounding = NearestRounding::ceil},
           {{2, 2, 4}}),
    resize("linear", {.scales = {2, 1.5}, .mode = linear}, {{2, 2, 3, 4}}),
    resize("linear smaller", {.sizes = {2, 3}, .mode = linear}, {{2, 2, 5, 7}}),
    resize("linear corners", {.sizes = {7, 5}, .mode = linear, .coordinates = Coordinates::align_corners},
           {{2, 2, 3, 4}, {1, 1, 1, 2}}),
    resize("linear one", {.sizes = {1, 3}, .mode = linear, .coordinates = Coordinates::pytorch_half_pixel},
           {{2, 1, 3, 2}}),
    resize("linear asymmetric", {.scales = {2}, .mode = linear, .coordinates = Coordinates::asymmetric},
           {{2, 1, 3}}),
    resize("trilinear", {.sizes = {3, 2, 5}, .mode = linear}, {{1, 2, 2, 3, 2}}),
    resize("cubic", {.scales = {2.5}, .mode = cubic}, {{2, 2, 3, 4}}),
    resize("cubic corners", {.sizes = {2, 9}, .mode = cubic, .coordinates = Coordinates::align_corners},
           {{2, 1, 5, 3}}),
    resize("cubic a", {.sizes = {5, 6}, .mode = cubic, .cubic = -0.5}, {{1, 2, 3, 4}}),
};

OpCase sampled(std::string name, GridSampleOptions options, std::vector<Inputs> inputs) {
  return {.name = "grid_sample/" + name,
          .build = of_two([options](T x, T grid) { return grid_sample(x, grid, options); }),
          .inputs = std::move(inputs),
          .tolerance = 1e-11};
}

const Inputs picture = {uniform({2, 3, 4, 5}), uniform({2, 2, 3, 2}, -1.3, 1.3)};

const OpCases grids = {
    sampled("zeros", {}, {picture, {uniform({0, 1, 2, 2}), uniform({0, 2, 1, 2})}}),
    sampled("border", {.border = GridBorder::border}, {picture}),
    sampled("reflection", {.border = GridBorder::reflection},
            {picture, {uniform({1, 1, 3, 2}), uniform({1, 2, 2, 2}, -5, 5)}}),
    sampled("corners", {.align_corners = true}, {picture}),
    sampled("border corners", {.border = GridBorder::border, .align_corners = true}, {picture}),
    sampled("reflection corners", {.border = GridBorder::reflection, .align_corners = true},
            {{uniform({2, 1, 3, 4}), uniform({2, 2, 2, 2}, -4, 4)}}),
    sampled("nearest", {.mode = Sampling::nearest}, {picture}),
    sampled("nearest border", {.mode = Sampling::nearest, .border = GridBorder::border}, {picture}),
    sampled("volume", {}, {{uniform({2, 1, 2, 3, 2}), uniform({2, 1, 2, 2, 3}, -1.2, 1.2)}}),
    {.name = "affine_grid",
     .build = of_one([](T theta) {
       return affine_grid(theta, {3, 4});
     }),
     .inputs = {{uniform({2, 2, 3})}, {uniform({0, 2, 3})}},
     .halves = false},
    {.name = "affine_grid/corners",
     .build = of_one([](T theta) {
       return affine_grid(theta, {1, 3}, true);
     }),
     .inputs = {{uniform({2, 2, 3})}},
     .halves = false},
    {.name = "affine_grid/volume",
     .build = of_one([](T theta) {
       return affine_grid(theta, {2, 3, 2});
     }),
     .inputs = {{uniform({2, 3, 4})}},
     .halves = false},
};

// Boxes that 16 bits hold; they have no gradient.
OpCase regions(std::string name, RoiAlignOptions options) {
  return {.name = std::move(name),
          .build = of_one([options](T x) {
            const Tensor boxes =
                tensor({0.5, 0.25, 3.5, 2.75, 1.25, 1.0, 4.5, 3.75, -1.5, 0.5, 6.0, 2.0}, {3, 4});
            return roi_align(x, cast(boxes, x.dtype()), tensor({0, 1, 0}, {3}), options);
          }),
          .inputs = {{uniform({2, 3, 4, 5})}},
          .tolerance = 1e-11};
}

const OpCases regions_of_interest = {
    regions("roi_align", {.output = 2}),
    regions("roi_align/samples", {.output = {3, 2}, .sampling_ratio = 2}),
    regions("roi_align/not aligned", {.output = 2, .scale = 0.5, .aligned = false}),
};

}  // namespace
}  // namespace luge::testing
