// What Hugging Face's safetensors wrote and Pillow decoded (tests/golden/make_io.py).
#include <gtest/gtest.h>

#include <cstring>

#include "luge/io/image.h"
#include "luge/io/safetensors.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::TempDir;

SafetensorsFile golden() {
  return SafetensorsFile((testing::source_dir() / "tests/golden/io.safetensors").string());
}

TEST(Golden, ReadsWhatThePeerWrote) {
  const SafetensorsFile file = golden();
  EXPECT_EQ(file.metadata().at("writer"), "safetensors");
  EXPECT_EQ(file.metadata().at("note"), "π ≈ 3");
  EXPECT_FALSE(file.has_checksums());
  for (const DType type : {f32, f64, f16, i8, u8, i16, i32, i64, boolean}) {
    const StoredTensor& tensor = file.type("dtype." + std::string(name(type)));
    EXPECT_EQ(tensor.dtype, type);
    EXPECT_EQ(tensor.shape, (Shape{2, 3}));
  }
  std::vector<double> values(6);
  file.read("dtype.f64", std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values, (std::vector<double>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(file.type("scalar").shape, Shape());
  EXPECT_EQ(file.type("empty").shape, (Shape{0, 4}));
  EXPECT_TRUE(file.contains("name with \"quotes\", \\ and 你好"));
  EXPECT_NO_THROW(file.verify());
}

TEST(Golden, DecodesPicturesAsPillowDoes) {
  const SafetensorsFile file = golden();
  const TempDir folder;
  for (const std::string name :
       {"gray", "rgb", "rgba", "gray_alpha", "bilevel", "palette", "palette_transparent"}) {
    SCOPED_TRACE(name);
    const auto png = file.read("png." + name);
    const Image image =
        read_image(folder.write(name, {reinterpret_cast<const char*>(png.data()), png.size()}));
    const auto pixels = file.read("pixels." + name);
    EXPECT_EQ((Shape{image.height, image.width, image.channels}), file.type("pixels." + name).shape);
    ASSERT_EQ(image.pixels.size(), pixels.size());
    EXPECT_EQ(std::memcmp(image.pixels.data(), pixels.data(), pixels.size()), 0);
  }
}

TEST(Golden, GrayIsThatOfPillow) {
  const SafetensorsFile file = golden();
  Image colors{9, 13, 3, std::vector<std::uint8_t>(9 * 13 * 3)};
  file.read("pixels.rgb", std::as_writable_bytes(std::span(colors.pixels)));
  const Image gray = with_channels(colors, 1);
  const auto expected = file.read("converted.gray");
  ASSERT_EQ(gray.pixels.size(), expected.size());
  EXPECT_EQ(std::memcmp(gray.pixels.data(), expected.data(), expected.size()), 0);
}

}  // namespace
}  // namespace luge::io
