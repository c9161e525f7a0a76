// Whole numbers up to both ends of 64 bits: as elements, as C++ numbers beside tensors, as ids and labels in
// results and messages, and as sizes, which are refused where they would overflow.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "luge/graph.h"
#include "luge/loss/loss.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

using Whole = std::vector<std::int64_t>;

constexpr std::int64_t kOdd = (std::int64_t{1} << 53) + 1;  // which no double is
constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kLarge = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kQuarter = std::int64_t{1} << 62;

Tensor whole(const Whole& values, const Shape& shape = {}) {
  return tensor(values, shape.rank() ? shape : Shape{static_cast<std::int64_t>(values.size())});
}

TEST(WholeNumbers, DoNotPassThroughDoubles) {
  EXPECT_EQ(arange(kOdd, kOdd + 3).to_vector<std::int64_t>(), (Whole{kOdd, kOdd + 1, kOdd + 2}));
  EXPECT_EQ(arange(kOdd + 2, kOdd - 1, -2).to_vector<std::int64_t>(), (Whole{kOdd + 2, kOdd}));
  const std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                     high = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(arange(high - 2, high).to_vector<std::int64_t>(), (Whole{high - 2, high - 1}));
  EXPECT_EQ(arange(low, high, high).to_vector<std::int64_t>(), (Whole{low, -1, high - 1}));
  expect_error<ShapeError>([&] { arange(low, high); }, {"arange", "64 bits"});
  EXPECT_EQ(arange(0, 256, 1, u8).elements(), 256);
  expect_error<ValueError>([] { arange(0, 257, 1, u8); }, {"arange", "256", "u8"});

  const Tensor x = tensor<std::int64_t>({kOdd, -kOdd}, {2});
  EXPECT_EQ((full({2}, kOdd, i64) + 0).to_vector<std::int64_t>(), (Whole{kOdd, kOdd}));
  EXPECT_EQ((x + kOdd).to_vector<std::int64_t>(), (Whole{2 * kOdd, 0}));
  EXPECT_EQ(clamp(x, -kOdd + 1, kOdd).to_vector<std::int64_t>(), (Whole{kOdd, -kOdd + 1}));
  EXPECT_EQ(equal(x, kOdd - 1).to_vector<bool>(), (std::vector<bool>{false, false}));
  EXPECT_EQ(less(x, kOdd).to_vector<bool>(), (std::vector<bool>{false, true}));
  EXPECT_EQ(where(equal(x, kOdd), kOdd, x).to_vector<std::int64_t>(), (Whole{kOdd, -kOdd}));
  EXPECT_EQ(abs(x).to_vector<std::int64_t>(), (Whole{kOdd, kOdd}));
  EXPECT_EQ(max(x).item<std::int64_t>(), kOdd);
  EXPECT_EQ(sum(tensor<std::int64_t>({kOdd, 2}, {2})).item<std::int64_t>(), kOdd + 2);
  EXPECT_EQ(cumsum(tensor<std::int64_t>({kOdd, 2}, {2}), 0).to_vector<std::int64_t>(),
            (Whole{kOdd, kOdd + 2}));
  EXPECT_EQ(sort(tensor<std::int64_t>({kOdd, kOdd - 1}, {2}), 0).values.to_vector<std::int64_t>(),
            (Whole{kOdd - 1, kOdd}));
  EXPECT_EQ(median(tensor<std::int64_t>({kOdd}, {1})).item<std::int64_t>(), kOdd);
  EXPECT_EQ(pow(tensor<std::int64_t>({3}, {1}), 39).item<std::int64_t>(), 4052555153018976267);
  EXPECT_EQ(scalar(kOdd, i64).item<std::int64_t>(), kOdd);
  EXPECT_NE(x.to_string().find("{9007199254740993, -9007199254740993}"), std::string::npos) << x.to_string();
}

TEST(WholeNumbers, TheSmallestOneStopsNothing) {
  const std::int64_t low = std::numeric_limits<std::int64_t>::min();
  const Tensor x = tensor<std::int64_t>({low, 7}, {2}), minus = tensor<std::int64_t>({-1, -1}, {2});
  for (const Tensor& y : {abs(x), -x, div(x, minus), mod(x, minus), remainder(x, minus),
                          floor_divide(x, minus), div(x, 0), mod(x, 0), floor_divide(x, 0), x * x}) {
    EXPECT_EQ(y.to_vector<std::int64_t>().size(), 2u);
  }
  const Tensor narrow = tensor<std::int32_t>({std::numeric_limits<std::int32_t>::min(), 7}, {2});
  EXPECT_EQ(div(narrow, -1).to_vector<std::int32_t>()[1], -7);
}

TEST(WholeNumbers, RandomOnesReachTheWholeRange) {
  random::seed(3);
  const std::int64_t low = -(std::int64_t{1} << 61), high = (std::int64_t{1} << 61) + 12345;
  const Tensor x = random::randint(low, high, {20000});
  EXPECT_GE(min(x).item<std::int64_t>(), low);
  EXPECT_LT(max(x).item<std::int64_t>(), high);
  EXPECT_NEAR(mean(cast(greater(x, 0), f64)).item<double>(), 0.5, 0.02);
  EXPECT_NEAR(mean(cast(remainder(x, 2), f64)).item<double>(), 0.5, 0.02);  // the lowest bit is drawn, too
  EXPECT_NEAR(mean(cast(greater(x, high / 2), f64)).item<double>(), 0.25, 0.02);
  expect_error<ValueError>([] { random::randint(0, 300, {2}, u8); }, {"randint", "299", "u8"});
}

TEST(WholeNumbers, OfUnsignedTypesKeepTheirValue) {
  EXPECT_EQ(Scalar(kLarge).to_string(), "18446744073709551615");
  EXPECT_EQ(Scalar(std::uint64_t{1} << 63).to_string(), "9223372036854775808");
  EXPECT_EQ(Scalar(kLow).to_string(), "-9223372036854775808");
  EXPECT_TRUE(Scalar(kLarge).is_large());
  EXPECT_FALSE(Scalar(static_cast<std::uint64_t>(kHigh)).is_large());
  EXPECT_EQ(Scalar(static_cast<std::uint64_t>(kHigh)).whole(), kHigh);
  expect_error<ValueError>([] { (void)Scalar(kLarge).whole(); }, {"18446744073709551615"});
  expect_error<ValueError>([] { (void)Scalar(1e300).whole(); }, {"1e+300"});
  expect_error<ValueError>([] { (void)Scalar(0.5).whole(); }, {"0.5"});
  EXPECT_EQ(Scalar(-0x1p63).whole(), kLow);

  EXPECT_EQ((ones({1}, f64) * kLarge).item<double>(), 0x1p64);
  EXPECT_EQ(full({1}, kLarge).item<float>(), 0x1p64f);
  EXPECT_EQ(scalar(kLarge, f64).item<double>(), 0x1p64);
  EXPECT_EQ(scalar(kLarge, boolean).item<bool>(), true);
  const Tensor x = whole({-1});
  for (const DType dtype : {i8, u8, i16, i32, i64}) {
    const Tensor y = cast(x, dtype);
    expect_error<ValueError>([&] { equal(y, kLarge); },
                             {"equal", "18446744073709551615", std::string(name(dtype))});
    expect_error<ValueError>([&] { y + kLarge; }, {"add", "18446744073709551615"});
    expect_error<ValueError>([&] { scalar(kLarge, dtype); }, {"18446744073709551615"});
    expect_error<ValueError>([&] { full({2}, kLarge, dtype); }, {"full", "18446744073709551615"});
  }
  EXPECT_EQ(arange(kHigh - 1, std::uint64_t{1} << 63).to_vector<std::int64_t>(), (Whole{kHigh - 1, kHigh}));
  expect_error<ValueError>([] { arange(kLarge - 1, kLarge); }, {"arange", "18446744073709551614"});
  EXPECT_EQ(arange(kLarge - 8192, kLarge, 4096, f64).elements(), 2);
  // Each is rounded by itself.
  EXPECT_EQ(arange(kOdd, kOdd + 3, 1, f64).to_vector<double>(),
            (std::vector<double>{0x1p53, 0x1p53 + 2, 0x1p53 + 4}));
}

TEST(WholeNumbers, AreNamedExactlyWhereTheyAreNoIndex) {
  const Tensor x = ones({3, 2}), row = ones({1, 2});
  for (const std::int64_t id : {kOdd, kHigh, kLow, -kOdd}) {
    const std::string text = std::to_string(id);
    const Tensor ids = whole({0, id}), square = whole({0, id}, {2, 1});
    expect_error<IndexError>([&] { (void)take(x, ids).to_vector<float>(); }, {"take", text, "position 1"});
    expect_error<IndexError>([&] { (void)take(x, ids, 1).to_vector<float>(); }, {"take", text});
    expect_error<IndexError>([&] { (void)gather(x, square, 0).to_vector<float>(); }, {"gather", text});
    expect_error<IndexError>([&] { (void)one_hot(ids, 3).to_vector<float>(); }, {"one_hot", text});
    expect_error<IndexError>(
        [&] {
          (void)index_add(x, ids, ones({2, 2})).to_vector<float>();
        },
        {"index_add", text});
    expect_error<IndexError>(
        [&] {
          (void)scatter_add(x, square, ones({2, 1}), 0).to_vector<float>();
        },
        {"scatter_add", text});
    for (const DType dtype : {f32, f64}) {  // in f32 by the kernel, in f64 by the reference loop
      const Tensor logits = zeros({2, 3}, dtype);
      expect_error<IndexError>([&] { (void)softmax_cross_entropy(logits, ids).to_vector<double>(); },
                               {"label " + text + " of sample 1", "0 to 2"});
      if (id != no_label) {
        EXPECT_EQ(softmax_cross_entropy(logits, ids, {.ignore_index = id}).to_vector<double>()[1], 0) << text;
      }
      expect_error<IndexError>(
          [&] { (void)softmax_cross_entropy(logits, ids, {.ignore_index = id ^ 1}).to_vector<double>(); },
          {"label " + text});
    }
  }
  expect_error<IndexError>(
      [&] {
        (void)to_index(tensor<double>({1, 0x1p63}, {2})).to_vector<double>();
      },
      {"9.22337203685477", "position 1"});
  EXPECT_EQ(to_index(tensor<double>({-0x1p63, 0x1p62}, {2})).to_vector<std::int64_t>(),
            (Whole{kLow, kQuarter}));
}

TEST(WholeNumbers, AreLabelsOfEveryDtype) {
  EXPECT_EQ(is_label(whole({kOdd, kOdd - 1}), kOdd).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(is_label(tensor<float>({0x1p24f, 3}, {2}), (1 << 24) + 1).to_vector<bool>(),
            (std::vector<bool>{false, false}));
  EXPECT_EQ(is_label(tensor<double>({0x1p53, NAN}, {2}), kOdd).to_vector<bool>(),
            (std::vector<bool>{false, false}));
  EXPECT_EQ(is_label(tensor<float>({-100, NAN}, {2}), -100).to_vector<bool>(),
            (std::vector<bool>{true, false}));
  // No label of these dtypes is -100, and so none is ignored.
  for (const DType dtype : {u8, i8, i16, i32, i64, f32}) {
    const loss::Loss ignoring = loss::SoftmaxCrossEntropy({.ignore_index = dtype == i8 ? -1000 : -100});
    const Tensor logits = tensor<float>({1, 2, 3, 1}, {2, 2}), labels = cast(whole({1, 0}), dtype);
    EXPECT_EQ(ignoring(logits, labels).item<float>(),
              loss::SoftmaxCrossEntropy()(logits, labels).item<float>())
        << name(dtype);
    EXPECT_EQ(ignoring.counted(logits, labels).to_vector<bool>(), (std::vector<bool>{true, true}));
  }
}

TEST(WholeNumbers, WrapInSumsAndProducts) {
  const Tensor halves = whole({kQuarter, kQuarter}, {1, 2});
  EXPECT_EQ(matmul(halves, whole({2, 3}, {2, 1})).item<std::int64_t>(), kQuarter);
  EXPECT_EQ(conv1d(reshape(halves, {1, 1, 2}), whole({2, 3}, {1, 1, 2})).item<std::int64_t>(), kQuarter);
  EXPECT_EQ(sum(whole({kHigh, 1})).item<std::int64_t>(), kLow);
  EXPECT_EQ(sum(whole({kHigh, 1}, {2, 1}), 0).item<std::int64_t>(), kLow);
  EXPECT_EQ(prod(whole({kQuarter, 4})).item<std::int64_t>(), 0);
  EXPECT_EQ(cumsum(whole({kHigh, 1}), 0).to_vector<std::int64_t>(), (Whole{kHigh, kLow}));
  EXPECT_EQ(cumprod(whole({kQuarter, 6}), 0).to_vector<std::int64_t>(), (Whole{kQuarter, kLow}));
  EXPECT_EQ(index_add(whole({kHigh}), whole({0}), whole({1})).item<std::int64_t>(), kLow);
  EXPECT_EQ(scatter_add(whole({kHigh}), whole({0}), whole({1}), 0).item<std::int64_t>(), kLow);
  EXPECT_EQ((whole({kHigh}) + 1).item<std::int64_t>(), kLow);
  EXPECT_EQ((whole({kLow}) - 1).item<std::int64_t>(), kHigh);
  EXPECT_EQ((whole({kQuarter}) * 2).item<std::int64_t>(), kLow);
}

// By how much, where and how long: whole numbers of any size.
TEST(WholeNumbers, MoveAndCutByAnyAmount) {
  const Tensor x = whole({0, 1, 2}), square = reshape(arange(0, 9), {3, 3});
  EXPECT_EQ(roll(x, kLow, 0).to_vector<std::int64_t>(), (Whole{2, 0, 1}));  // -2^63 is 1 modulo 3
  EXPECT_EQ(roll(x, kHigh, 0).to_vector<std::int64_t>(), (Whole{2, 0, 1}));
  EXPECT_EQ(roll(x, kLow + 1, 0).to_vector<std::int64_t>(), (Whole{1, 2, 0}));
  EXPECT_EQ(roll(x, -4, 0).to_vector<std::int64_t>(), (Whole{1, 2, 0}));
  EXPECT_EQ(slice(x, {.start = kLow, .stop = kHigh - 1}).to_vector<std::int64_t>(), (Whole{0, 1, 2}));
  EXPECT_EQ(slice(x, {.start = 1, .step = kHigh}).to_vector<std::int64_t>(), (Whole{1}));
  EXPECT_EQ(
      slice(square, {.axis = 0, .start = SliceOptions::end, .step = kLow + 1}).to_vector<std::int64_t>(),
      (Whole{6, 7, 8}));
  EXPECT_EQ(slice(x, {.start = kHigh - 1}).elements(), 0);
  expect_error<ValueError>([&] { slice(x, {.step = kLow}); }, {"slice", "step"});
  for (const std::int64_t index : {kLow, kHigh, std::int64_t{3}}) {
    expect_error<ShapeError>([&] { select(x, 0, index); }, {"select", std::to_string(index)});
  }
  EXPECT_EQ(diag(square, kLow).elements(), 0);
  EXPECT_EQ(diag(square, kHigh).to_vector<std::int64_t>(), Whole{});
  EXPECT_EQ(triu(square, kLow).to_vector<std::int64_t>(), square.to_vector<std::int64_t>());
  EXPECT_EQ(sum(triu(square, kHigh)).item<std::int64_t>(), 0);
  EXPECT_EQ(sum(tril(square, kLow)).item<std::int64_t>(), 0);
  for (const std::int64_t offset : {kLow, kLow + 1, kHigh})
    expect_error<ShapeError>([&] { diag(x, offset); }, {"pad", "64 bits"});
}

TEST(WholeNumbers, AreNoSizesBeyond64Bits) {
  const Tensor long_axis = graph::placeholder(f32, {unknown, kQuarter}, "long");
  expect_error<ShapeError>([&] { concat({long_axis, long_axis}, 1); }, {"concat", "64 bits"});
  expect_error<ShapeError>([] { zeros({0, kQuarter, 4}); }, {"64 bits"});  // strides go through all of it
  expect_error<ShapeError>([] { zeros({0, kQuarter}); }, {"64 bits"});
  expect_error<ValueError>([] { split(zeros({3}), {kHigh, kHigh}); }, {"split"});
  expect_error<ShapeError>([] { split(zeros({3}), {kHigh}); }, {"split"});
  EXPECT_EQ(chunk(zeros({3}), kHigh, 0).size(), 3u);
  expect_error<MemoryError>([] { random::permutation(kHigh); }, {"permutation", "9223372036854775807"});
  expect_error<ShapeError>([] { topk(zeros({3}), kHigh); }, {"slice"});

  const Tensor image = ones({1, 1, 4, 4}), kernel = ones({1, 1, 3, 3});
  const std::vector<ConvOptions> reaching = {{.dilation = kHigh},
                                             {.padding = kHigh},
                                             {.padding = Padding({kHigh, 0}, {1, 0})},
                                             {.dilation = kQuarter, .padding = PaddingMode::same},
                                             {.dilation = kQuarter, .padding = PaddingMode::full},
                                             {.padding = std::int64_t{1} << 40}};
  for (const ConvOptions& options : reaching)
    expect_error<ShapeError>([&] { conv2d(image, kernel, {}, options); }, {"conv", "64 bits"});
  EXPECT_EQ(conv2d(image, kernel, {}, {.stride = kHigh}).to_vector<float>(), (std::vector<float>{9}));
  EXPECT_EQ(conv2d(image, kernel, {}, {.stride = kHigh, .padding = PaddingMode::same}).shape(),
            (Shape{1, 1, 1, 1}));
  expect_error<ShapeError>([&] { conv2d(image, kernel, {}, {.groups = kHigh}); }, {"groups"});

  const std::vector<PoolOptions> pools = {{.kernel = kHigh, .dilation = 2},
                                          {.dilation = kHigh, .padding = PaddingMode::same},
                                          {.padding = kHigh},
                                          {.kernel = 1, .padding = std::int64_t{1} << 40}};
  for (const PoolOptions& options : pools) {
    expect_error<ShapeError>([&] { max_pool2d(image, options); }, {"max_pool", "64 bits"});
    expect_error<ShapeError>([&] { avg_pool2d(image, options); }, {"avg_pool", "64 bits"});
  }
  EXPECT_EQ(max_pool2d(image, {.stride = kHigh, .ceil_mode = true}).shape(), (Shape{1, 1, 1, 1}));

  const Tensor sequence = ones({2, 1, 3}), rows = graph::placeholder(f32, {unknown, kQuarter}, "rows");
  const Tensor inputs = graph::placeholder(f32, {unknown, 3}, "inputs");
  expect_error<ShapeError>([&] { lstm(sequence, inputs, rows); }, {"lstm", "64 bits"});
  expect_error<ShapeError>([&] { gru(sequence, inputs, rows); }, {"gru", "64 bits"});
  expect_error<ShapeError>([&] { self_attention(sequence, kHigh); }, {"attention", "64 bits"});
}

}  // namespace
}  // namespace luge::testing
