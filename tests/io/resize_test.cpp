#include "luge/io/resize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "io/image/resize_names.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::io {
namespace {

using testing::expect_error;

struct Stored {
  Shape shape;
  std::vector<std::byte> bytes;
  std::int64_t extent(int axis) const { return shape[axis]; }
};

template <class T>
std::vector<T> values(const Stored& stored) {
  std::vector<T> result(stored.bytes.size() / sizeof(T));
  std::memcpy(result.data(), stored.bytes.data(), stored.bytes.size());
  return result;
}

// [height,width,channels] as planes.
std::vector<std::uint8_t> planes(const std::vector<std::uint8_t>& pixels, std::size_t channels) {
  std::vector<std::uint8_t> result;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = c; i < pixels.size(); i += channels) result.push_back(pixels[i]);
  }
  return result;
}

class PillowResize : public ::testing::TestWithParam<std::pair<ResizeFilter, const char*>> {
 protected:
  static constexpr int kCases = 10;
  const SafetensorsFile file{(testing::source_dir() / "tests/golden/resize.safetensors").string()};
  Stored given(int k, const std::string& role) const { return stored(std::to_string(k) + "." + role); }
  Stored made(int k, const std::string& role) const {
    return stored(std::string(GetParam().second) + "|" + std::to_string(k) + "." + role);
  }
  ResizeOptions options(int k) const {
    const std::vector<double> box = values<double>(given(k, "box"));
    return {.filter = GetParam().first, .box = PictureBox{box[0], box[1], box[2], box[3]}};
  }

 private:
  Stored stored(const std::string& name) const { return {file.type(name).shape, file.read(name)}; }
};

TEST_P(PillowResize, BytesAreEqualBitByBit) {
  for (int k = 0; k < kCases; ++k) {
    const Stored in = given(k, "in"), out = made(k, "out");
    const Image image{in.extent(0), in.extent(1), in.extent(2), values<std::uint8_t>(in)};
    const auto wanted = values<std::uint8_t>(out);
    EXPECT_EQ(resize(image, out.extent(0), out.extent(1), options(k)).pixels, wanted) << k;
    const auto channels = static_cast<std::size_t>(image.channels);
    std::vector<std::uint8_t> resized(wanted.size());
    resize_planes(planes(image.pixels, channels), {image.channels, image.height, image.width}, resized,
                  {image.channels, out.extent(0), out.extent(1)}, options(k));
    EXPECT_EQ(resized, planes(wanted, channels)) << k;
  }
}

TEST_P(PillowResize, NumbersAreEqualToRounding) {
  for (int k = 0; k < kCases; ++k) {
    const Stored in = given(k, "numbers"), out = made(k, "resized");
    std::vector<float> resized(static_cast<std::size_t>(out.shape.elements()));
    resize_planes(values<float>(in), {1, in.extent(0), in.extent(1)}, resized,
                  {1, out.extent(0), out.extent(1)}, options(k));
    const auto wanted = values<float>(out);
    double largest = 0;
    for (std::size_t i = 0; i < resized.size(); ++i)
      largest = std::max(largest, static_cast<double>(std::abs(resized[i] - wanted[i])));
    EXPECT_LE(largest, 2e-6) << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Filters, PillowResize, ::testing::ValuesIn(options::Names<ResizeFilter>::all),
                         [](const auto& info) { return std::string(info.param.second); });

TEST(Resize, ACropIsABoxOfTheSameSize) {
  const Image image{2, 3, 1, {1, 2, 3, 4, 5, 6}};
  const ResizeOptions crop{.box = PictureBox{1, 0, 3, 2}};
  EXPECT_EQ(resize(image, 2, 2, crop).pixels, (std::vector<std::uint8_t>{2, 3, 5, 6}));
}

TEST(Resize, RefusesExtentsBoxesAndMemoryThatDoNotFit) {
  const Image image{2, 3, 1, {1, 2, 3, 4, 5, 6}};
  expect_error<ValueError>([&] { resize(image, 0, 2); }, {"resize: 2 x 0", "expected 1 or more"});
  expect_error<ValueError>([&] { resize({2, 3, 1, {1}}, 2, 2); }, {"2 x 3 x 1 values and 1 bytes"});
  expect_error<ValueError>([&] { resize({0, 3, 1, {}}, 2, 2); }, {"the picture is 3 x 0"});
  for (const PictureBox& box :
       {PictureBox{0, 0, 4, 2}, PictureBox{-1, 0, 2, 2}, PictureBox{1, 1, 1, 2}, PictureBox{NAN, 0, 2, 2}})
    expect_error<ValueError>([&] { resize(image, 2, 2, {.box = box}); }, {"box", "within 3 x 2 pixels"});
  std::vector<float> from(6), to(5);
  expect_error<ValueError>([&] { resize_planes(from, {1, 2, 3}, to, {1, 2, 2}); }, {"6 values of [1,2,3]"});
  expect_error<ValueError>([&] { resize_planes(from, {1, 2, 3}, to, {5, 1, 1}); }, {"as many channels"});
}

}  // namespace
}  // namespace luge::io
