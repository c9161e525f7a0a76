#include <gtest/gtest.h>

#include "luge/ops/linalg.h"
#include "luge/ops/nn.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

TEST(BadInput, C02_InnerExtentsOfMatmul) {
  expect_error<ShapeError>(
      [] {
        matmul(ones({64, 784}), ones({10, 84}));
      },
      {"matmul", "[64,784]", "[10,84]", "784", "10"});
  expect_error<ShapeError>([] { matmul(ones({2, 3, 4}), ones({5, 4, 6})); }, {"batch", "[2,3,4]", "[5,4,6]"});
  expect_error<ShapeError>([] { matmul(ones({2, 3}), ones({3, 4}), ones({5})); }, {"bias", "[5]", "4"});
  expect_error<DTypeError>([] { matmul(ones({2, 3}), ones({3, 4}, f64)); }, {"f32", "f64"});
  expect_error<ShapeError>([] { matmul(ones({}), ones({3, 4})); }, {"matmul", "[]"});
}

TEST(BadInput, C08_WindowsOfConvolutionAndPooling) {
  const Tensor x = ones({1, 2, 4, 4}), w = ones({3, 2, 3, 3});
  expect_error<ValueError>([&] { conv2d(x, w, {}, {.stride = 0}); }, {"stride is 0"});
  expect_error<ValueError>([&] { conv2d(x, w, {}, {.dilation = {1, -2}}); }, {"dilation is -2"});
  expect_error<ValueError>([&] { conv2d(x, w, {}, {.groups = 0}); }, {"groups is 0"});
  expect_error<ValueError>([&] { conv2d(x, w, {}, {.padding = -1}); }, {"pad is -1"});
  expect_error<ValueError>([&] { conv2d(x, w, {}, {.stride = {1, 1, 1}}); }, {"stride has 3 numbers", "2"});
  expect_error<ShapeError>(
      [&] {
        conv2d(x, ones({3, 2, 5, 3}));
      },
      {"[1,2,4,4]", "axis 2", "kernel 5", "padding = same"});
  expect_error<ShapeError>([&] { conv2d(x, w, {}, {.dilation = 2}); }, {"spans 5", "dilation 2"});
  expect_error<ShapeError>([&] { conv2d(ones({2, 4, 4}), w); }, {"conv2d", "[2,4,4]", "expected 4"});
  expect_error<ShapeError>([&] { conv2d(ones({1, 5, 4, 4}), w); }, {"5 channels", "expect 2"});
  expect_error<ValueError>([&] { max_pool2d(x, {.kernel = 0}); }, {"kernel is 0"});
  expect_error<ValueError>([&] { avg_pool2d(x, {.kernel = 2, .stride = -1}); }, {"stride is -1"});
  expect_error<ShapeError>([&] { max_pool2d(x, {.kernel = 5}); }, {"max_pool", "[1,2,4,4]", "kernel 5"});
}

TEST(BadInput, C09_GroupsOfConvolution) {
  expect_error<ShapeError>(
      [] {
        conv2d(ones({1, 3, 4, 4}), ones({2, 1, 3, 3}), {}, {.groups = 2});
      },
      {"3 input channels", "2 groups"});
  expect_error<ShapeError>(
      [] {
        conv2d(ones({1, 4, 4, 4}), ones({3, 2, 3, 3}), {}, {.groups = 2});
      },
      {"3 output channels", "2 groups"});
}

TEST(BadInput, C10_TypesOfConvolution) {
  expect_error<DTypeError>([] { conv2d(ones({1, 1, 4, 4}), ones({1, 1, 3, 3}, f64)); }, {"f32", "f64"});
  expect_error<DTypeError>([] { avg_pool2d(ones({1, 1, 4, 4}, i32)); }, {"i32"});
  expect_error<DTypeError>([] { softmax(ones({3}, i64)); }, {"softmax", "i64"});
  expect_error<ShapeError>([] { softmax(ones({3, 4}), 2); }, {"softmax", "2"});
}

}  // namespace
}  // namespace luge
