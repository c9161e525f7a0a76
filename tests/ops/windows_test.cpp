// Windows over images: what is refused, empty batches, filters with known numbers, and what differs from
// other libraries by design.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "luge/autodiff.h"
#include "luge/ops/convolution.h"
#include "luge/ops/filters.h"
#include "luge/ops/image.h"
#include "luge/ops/math.h"
#include "luge/ops/pooling.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

TEST(BadInput, C08_BordersGiveOnlyTheirElements) {
  const Tensor x = ones({1, 1, 3, 4}), w = ones({1, 1, 3, 3});
  expect_error<ShapeError>(
      [&] { conv2d(x, w, {}, {.padding = 3, .border = Border::reflect}); },
      {"conv", "3 elements of padding", "axis 2", "extent 3 gives at most 2", "reflect"});
  expect_error<ShapeError>([&] { conv2d(x, w, {}, {.padding = 4, .border = Border::circular}); },
                           {"at most 3", "circular"});
  expect_error<ShapeError>(
      [&] {
        conv2d(ones({1, 1, 0, 4}), w, {}, {.padding = 2, .border = Border::replicate});
      },
      {"at most 0", "replicate"});
  expect_error<ValueError>([&] { conv2d(x, w, {}, {.stride = 0, .padding = 1, .border = Border::reflect}); },
                           {"stride is 0"});
  expect_error<ShapeError>(
      [&] {
        conv2d(x, ones({1, 1, 9, 3}), {}, {.padding = 1, .border = Border::replicate});
      },
      {"smaller than the window", "kernel 9"});
  expect_error<ShapeError>([&] { conv2d(x, w, {}, {.padding = kHuge, .border = Border::replicate}); },
                           {"overflows 64 bits"});
  expect_error<ShapeError>([&] { conv2d(x, w, {}, {.padding = kHuge / 8, .border = Border::replicate}); },
                           {"conv"});
  EXPECT_EQ(conv2d(x, w, {}, {.padding = 40, .border = Border::replicate}).shape(), (Shape{1, 1, 81, 82}));
}

TEST(BadInput, C08_WindowsOfTransposedConvolution) {
  const Tensor x = ones({1, 2, 4, 4}), w = ones({2, 3, 3, 3});
  const auto refused = [&](const ConvTransposeOptions& options, std::initializer_list<std::string> parts) {
    expect_error<ValueError>([&] { conv_transpose2d(x, w, {}, options); }, parts);
  };
  refused({.stride = 0}, {"conv_transpose", "stride is 0"});
  refused({.dilation = {1, -2}}, {"dilation is -2"});
  refused({.groups = 0}, {"groups is 0"});
  refused({.padding = -1}, {"pad is -1"});
  refused({.stride = {1, 1, 1}}, {"stride has 3 numbers", "2"});
  refused({.stride = 2, .output_padding = 2}, {"output_padding is 2", "less than the stride, 2"});
  refused({.output_padding = -1}, {"output_padding is -1"});
  refused({.stride = 2, .padding = PaddingMode::same, .output_padding = 1},
          {"expected 0 with padding = same"});
  expect_error<ShapeError>([&] { conv_transpose2d(x, w, {}, {.padding = 3}); },
                           {"[1,2,4,4]", "extent 0 on axis 2", "kernel 3", "use less padding"});
  expect_error<ShapeError>([&] { conv_transpose2d(ones({2, 4, 4}), w); }, {"conv_transpose2d", "expected 4"});
  expect_error<ShapeError>([&] { conv_transpose2d(ones({1, 5, 4, 4}), w); }, {"5 channels", "expect 2"});
  expect_error<ShapeError>([&] { conv_transpose2d(ones({1, 2, 0, 4}), w); }, {"no elements on axis 2"});
  expect_error<ValueError>([&] { conv_transpose2d(x, ones({2, 3, 0, 3})); }, {"extent 0"});
  expect_error<ShapeError>([&] { conv_transpose2d(x, w, ones({2})); }, {"bias", "2", "3"});
  expect_error<ShapeError>([&] { conv_transpose2d(x, w, {}, {.stride = kHuge}); }, {"overflow"});
}

TEST(BadInput, C09_GroupsOfTransposedConvolution) {
  expect_error<ShapeError>(
      [] {
        conv_transpose1d(ones({1, 3, 4}), ones({3, 1, 2}), {}, {.groups = 2});
      },
      {"3 input channels", "2 groups"});
}

TEST(BadInput, C10_TypesOfWindows) {
  expect_error<DTypeError>([] { conv_transpose1d(ones({1, 1, 4}), ones({1, 1, 2}, f64)); }, {"f32", "f64"});
  expect_error<DTypeError>([] { lp_pool1d(ones({1, 1, 4}, i32), 2); }, {"lp_pool1d", "i32"});
  expect_error<DTypeError>(
      [] {
        adaptive_avg_pool1d(ones({1, 1, 4}, i32), 2);
      },
      {"adaptive_avg_pool", "i32"});
  expect_error<DTypeError>(
      [] {
        interpolate(ones({1, 1, 4}, i32), {.scales = {2}, .mode = Interpolation::linear});
      },
      {"interpolate", "i32"});
  expect_error<DTypeError>([] { grid_sample(ones({1, 1, 2, 2}), ones({1, 1, 1, 2}, f64)); }, {"f32", "f64"});
}

TEST(BadInput, C08_WindowsOfPools) {
  const Tensor x = ones({1, 2, 4, 4});
  expect_error<ValueError>([&] { lp_pool2d(x, 0); }, {"lp_pool2d", "p is 0"});
  expect_error<ValueError>([&] { lp_pool2d(x, std::nan("")); }, {"p is nan"});
  expect_error<ValueError>([&] { global_lp_pool(x, -1); }, {"p is -1"});
  expect_error<ShapeError>([&] { lp_pool2d(x, 2, {.kernel = 5}); }, {"lp_pool", "kernel 5"});
  expect_error<ValueError>([&] { lp_pool2d(x, 2, {.kernel = 2, .stride = 0}); }, {"stride is 0"});
  expect_error<ValueError>([&] { adaptive_avg_pool2d(x, 0); }, {"adaptive_avg_pool", "output is 0"});
  expect_error<ValueError>([&] { adaptive_avg_pool2d(x, {1, 2, 3}); }, {"output has 3 numbers"});
  expect_error<ValueError>([&] { adaptive_max_pool2d(x, {}); }, {"adaptive_max_pool2d", "output is empty"});
  expect_error<ShapeError>([&] { adaptive_max_pool2d(ones({1, 2, 0, 4}), 1); }, {"no elements on axis 2"});
  expect_error<ShapeError>([&] { adaptive_max_pool1d(x, 1); }, {"adaptive_max_pool1d", "expected 3"});
  expect_error<ShapeError>([&] { adaptive_avg_pool2d(x, kHuge); }, {"overflow"});
  expect_error<ShapeError>([] { global_max_pool(ones({1, 2, 0})); }, {"max"});
  expect_error<ShapeError>([] { global_max_pool(ones({1, 2})); }, {"global_max_pool"});
}

TEST(BadInput, C11_IndicesOfUnpooling) {
  const Tensor x = ones({1, 1, 2});
  expect_error<IndexError>(
      [&] {
        max_unpool1d(x, tensor({0, 4}, {1, 1, 2})).to_vector<float>();
      },
      {"max_unpool", "4"});
  expect_error<IndexError>([&] { max_unpool1d(x, tensor({-1, 1}, {1, 1, 2})).to_vector<float>(); }, {"-1"});
  expect_error<ShapeError>([&] { max_unpool1d(x, tensor({0, 1, 2}, {1, 1, 3})); }, {"indices", "[1,1,3]"});
  expect_error<DTypeError>([&] { max_unpool1d(x, x); }, {"f32"});
  expect_error<ValueError>(
      [&] {
        max_unpool1d(x, tensor({0, 1}, {1, 1, 2}), {.padding = PaddingMode::same});
      },
      {"max_unpool1d", "valid or numbers"});
  expect_error<ShapeError>(
      [&] {
        max_unpool1d(x, tensor({0, 1}, {1, 1, 2}), {.padding = 9});
      },
      {"extent -14", "expected 1 or more"});
  expect_error<ShapeError>(
      [&] {
        max_unpool1d(x, tensor({0, 1}, {1, 1, 2}), {.kernel = 2, .stride = kHuge});
      },
      {"overflow"});
}

TEST(BadInput, C08_PatchesAndSizesOfImages) {
  const Tensor x = ones({1, 2, 4, 4});
  expect_error<ShapeError>([&] { unfold(x, {.kernel = 5}); }, {"unfold", "kernel 5"});
  expect_error<ValueError>([&] { unfold(x, {.kernel = 0}); }, {"kernel is 0"});
  expect_error<ShapeError>([&] { unfold(ones({4, 4}), {}); }, {"unfold", "0 spatial axes"});
  expect_error<ShapeError>([&] { fold(ones({1, 7, 4}), {4, 4}, {.kernel = 3}); }, {"7 rows", "9 elements"});
  expect_error<ShapeError>([&] { fold(ones({1, 9, 5}), {4, 4}, {.kernel = 3}); }, {"columns", "5", "4"});
  expect_error<ValueError>([&] { fold(ones({1, 9, 4}), {4, 0}, {.kernel = 3}); }, {"extent 0"});
  expect_error<ValueError>([&] { interpolate(x, {}); }, {"neither sizes nor scales"});
  expect_error<ValueError>([&] { interpolate(x, {.sizes = 2, .scales = {2}}); }, {"sizes and scales"});
  expect_error<ValueError>([&] { interpolate(x, {.sizes = 0}); }, {"sizes is 0"});
  expect_error<ValueError>([&] { interpolate(x, {.scales = {1, 2, 3}}); }, {"scales has 3 numbers", "2"});
  for (const double scale : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    expect_error<ValueError>([&] { interpolate(x, {.scales = {scale}}); }, {"a scale is"});
  expect_error<ShapeError>([&] { interpolate(x, {.scales = {0.1}}); }, {"4 elements on axis 2", "0.1"});
  expect_error<ShapeError>([&] { interpolate(x, {.scales = {1e30}}); }, {"less than 2^60"});
  expect_error<ShapeError>([&] { interpolate(x, {.sizes = kHuge}); }, {"interpolate"});
  expect_error<ShapeError>([&] { interpolate(ones({1, 1, 0}), {.sizes = 2}); }, {"no elements on axis 2"});
}

TEST(BadInput, C01_GridsAndBoxesThatDoNotMatch) {
  const Tensor x = ones({2, 2, 4, 4});
  expect_error<ShapeError>([&] { grid_sample(x, ones({2, 3, 3, 3})); }, {"grid", "3", "2"});
  expect_error<ShapeError>([&] { grid_sample(x, ones({3, 3, 3, 2})); }, {"grid", "3", "2"});
  expect_error<ShapeError>([&] { grid_sample(x, ones({2, 3, 2})); }, {"grid"});
  expect_error<ShapeError>([&] { grid_sample(ones({2, 2, 0, 4}), ones({2, 3, 3, 2})); }, {"no elements"});
  expect_error<ShapeError>([&] { affine_grid(ones({2, 3, 3}), {2, 2}); }, {"theta"});
  expect_error<ValueError>([&] { affine_grid(ones({2, 2, 3}), {2, 0}); }, {"an extent is 0"});
  expect_error<ValueError>([&] { affine_grid(ones({2, 2, 3}), {2}); }, {"1 extents"});
  const Tensor boxes = ones({3, 4}), batch = zeros({3}, i64);
  expect_error<ShapeError>([&] { roi_align(x, ones({3, 5}), batch); }, {"boxes", "5", "4"});
  expect_error<ShapeError>([&] { roi_align(x, boxes, zeros({2}, i64)); }, {"batch"});
  expect_error<ValueError>([&] { roi_align(x, boxes, batch, {.output = 0}); }, {"output is 0"});
  expect_error<ValueError>([&] { roi_align(x, boxes, batch, {.scale = 0}); }, {"scale is 0"});
  expect_error<ValueError>([&] { roi_align(x, boxes, batch, {.sampling_ratio = -1}); },
                           {"sampling_ratio is -1"});
}

TEST(BadInput, C11_BatchOfBoxes) {
  const Tensor x = ones({2, 1, 4, 4}), boxes = ones({2, 4});
  expect_error<IndexError>(
      [&] {
        roi_align(x, boxes, tensor({0, 2}, {2})).to_vector<float>();
      },
      {"roi_align", "2"});
}

TEST(Windows, AnEmptyBatchGivesAnEmptyResultAndGradient) {
  const Tensor w = ones({2, 3, 3, 3});
  const auto empty = [](const Tensor& y, const Tensor& x, const Shape& expected) {
    EXPECT_EQ(y.shape(), expected);
    EXPECT_EQ(grad(sum(y), x).shape(), x.shape());
    EXPECT_TRUE(y.to_vector<float>().empty());
  };
  const Tensor x = ones({0, 3, 4, 4}), z = ones({0, 2, 4, 4});
  empty(conv2d(x, w, {}, {.padding = 1, .border = Border::circular}), x, {0, 2, 4, 4});
  empty(conv_transpose2d(z, w, {}, {.stride = 2}), z, {0, 3, 9, 9});
  empty(lp_pool2d(x, 2), x, {0, 3, 2, 2});
  empty(adaptive_max_pool2d(x, 3), x, {0, 3, 3, 3});
  empty(unfold(x, {.kernel = 2}), x, {0, 12, 9});
  empty(interpolate(x, {.scales = {2}, .mode = Interpolation::cubic}), x, {0, 3, 8, 8});
  empty(roi_align(x, ones({0, 4}), ones({0}, i64), {.output = 2}), x, {0, 3, 2, 2});
}

TEST(Windows, ATransposedConvolutionIsTheGradientOfTheConvolution) {
  random::seed(3);
  const Tensor x = random::normal({2, 4, 5, 4}, 0, 1, f64), w = random::normal({4, 3, 3, 2}, 0, 1, f64);
  for (const Padding& padding :
       {Padding(), Padding({1, 0}, {2, 1}), Padding(PaddingMode::same), Padding(PaddingMode::full)}) {
    const Tensor y = conv_transpose2d(x, w, {}, {.stride = {2, 1}, .padding = padding});
    const Tensor image = random::normal(y.shape(), 0, 1, f64);
    const Tensor back = conv2d(image, w, {}, {.stride = {2, 1}, .padding = padding});
    ASSERT_EQ(back.shape(), x.shape());
    EXPECT_NEAR(sum(image * y).item<double>(), sum(back * x).item<double>(), 1e-10);
  }
}

TEST(Windows, WholeNumbersStayExact) {
  const std::int64_t large = (std::int64_t{1} << 53) + 1;
  const Tensor x = tensor({large, std::int64_t{3}, std::int64_t{-large}}, {1, 1, 3});
  EXPECT_EQ(interpolate(x, {.scales = {2}}).to_vector<std::int64_t>(),
            (std::vector<std::int64_t>{large, large, 3, 3, -large, -large}));
  EXPECT_EQ(adaptive_max_pool1d(x, 1).item<std::int64_t>(), large);
  EXPECT_EQ(global_max_pool(x).item<std::int64_t>(), large);
  EXPECT_EQ(conv_transpose1d(x, ones({1, 1, 1}, i64)).to_vector<std::int64_t>(), x.to_vector<std::int64_t>());
}

TEST(Windows, ALargestElementThatIsNaNIsShown) {
  const float nan = std::nanf("");
  const Tensor x = tensor({1.0f, nan, 3.0f, 2.0f}, {1, 1, 4});
  EXPECT_TRUE(std::isnan(adaptive_max_pool1d(x, 2).to_vector<float>()[0]));
  const PooledWithIndices pooled = max_pool1d_with_indices(x);
  EXPECT_EQ(pooled.indices.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2}));
}

TEST(Windows, PowersOfLargeAndSmallNumbersStayFinite) {
  for (const float scale : {1e-30f, 1e30f}) {
    const Tensor x = tensor({3 * scale, 4 * scale, 0.0f, 0.0f}, {1, 1, 4});
    const Tensor y = lp_pool1d(x, 2), dx = grad(sum(y), x);
    const auto slope = dx.to_vector<float>(), value = y.to_vector<float>();
    EXPECT_NEAR(value[0] / scale, 5, 1e-5);
    EXPECT_EQ(value[1], 0);
    EXPECT_NEAR(slope[0], 0.6, 1e-5);
    EXPECT_EQ(slope[2], 0) << "where the result is 0";
  }
}

TEST(Windows, PositionsThatAreNotFiniteAreOutside) {
  const float nan = std::nanf(""), inf = std::numeric_limits<float>::infinity();
  const Tensor x = ones({1, 1, 2, 2}),
               grid = tensor({nan, 0.0f, inf, 0.0f, 0.0f, -inf, 0.0f, 0.0f}, {1, 1, 4, 2});
  const Tensor y = grid_sample(x, grid);
  EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{0, 0, 0, 1}));
  const Tensor boxes = tensor({nan, 0.0f, 1.0f, 1.0f}, {1, 4});
  EXPECT_TRUE(std::isnan(roi_align(x, boxes, zeros({1}, i64), {.output = 1}).item<float>()));
}

TEST(Windows, UnpoolingUndoesPoolingWhereTheLargestWere) {
  const Tensor x = tensor({1.0f, 5.0f, 2.0f, 3.0f, 9.0f}, {1, 1, 5});
  const PooledWithIndices pooled = max_pool1d_with_indices(x);
  EXPECT_EQ(max_unpool1d(pooled.values, pooled.indices, {.output = 5}).to_vector<float>(),
            (std::vector<float>{0, 5, 0, 3, 0}));
  // An index that occurs twice takes the last element.
  EXPECT_EQ(max_unpool1d(tensor({1.0f, 2.0f}, {1, 1, 2}), tensor({3, 3}, {1, 1, 2})).to_vector<float>(),
            (std::vector<float>{0, 0, 0, 2}));
}

TEST(Filters, AreKernelsOfDepthwiseConvolutions) {
  const auto sum_of = [](const Tensor& k) { return sum(k).item<double>(); };
  const Tensor gaussian = gaussian_kernel(2, 5, 1.5, f64);
  EXPECT_EQ(gaussian.shape(), (Shape{2, 1, 5, 5}));
  EXPECT_NEAR(sum_of(gaussian), 2, 1e-12);
  const auto g = gaussian.to_vector<double>();
  EXPECT_NEAR(g[12] / g[13], std::exp(1 / (2 * 1.5 * 1.5)), 1e-12);
  EXPECT_NEAR(sum_of(gaussian_kernel(1, 4, 0.7, f64)), 1, 1e-12);
  EXPECT_NEAR(sum_of(box_kernel(3, 3, f64)), 3, 1e-12);
  EXPECT_EQ(sum_of(laplacian_kernel(1, false, f64)), 0);
  EXPECT_EQ(sum_of(laplacian_kernel(1, true, f64)), 0);
  EXPECT_EQ(sum_of(sharpen_kernel(1, 0.5, f64)), 1);
  EXPECT_EQ(sum_of(emboss_kernel(1, f64)), 1);
  // On a plane a·column + b·row the Sobel filters give 8·a and 8·b.
  const Tensor columns = iota_like(zeros({1, 1, 4, 5}), 3), rows = iota_like(zeros({1, 1, 4, 5}), 2);
  const Tensor plane = cast(columns * 2 + rows * 3, f64);
  for (const double value : conv2d(plane, sobel_kernel(1, false, f64)).to_vector<double>())
    EXPECT_EQ(value, 16);
  for (const double value : conv2d(plane, sobel_kernel(1, true, f64)).to_vector<double>())
    EXPECT_EQ(value, 24);
  const Tensor two = ones({1, 2, 3, 3}, f64);
  EXPECT_EQ(conv2d(two, gaussian_kernel(2, 3, 1, f64), {}, {.groups = 2}).shape(), (Shape{1, 2, 1, 1}));
  expect_error<ValueError>([] { gaussian_kernel(1, 3, 0); }, {"sigma is 0"});
  expect_error<ValueError>([] { gaussian_kernel(1, 0, 1); }, {"extent is 0"});
  expect_error<ValueError>([] { box_kernel(0, 3); }, {"channels is 0"});
  expect_error<DTypeError>([] { sobel_kernel(1, false, i32); }, {"sobel_kernel", "i32"});
}

}  // namespace
}  // namespace luge
