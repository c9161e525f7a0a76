// JPEG and BMP: what Pillow decodes, every kind, and damaged files.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "luge/error.h"
#include "luge/io/image_facts.h"
#include "luge/io/safetensors.h"
#include "support/errors.h"
#include "support/paths.h"
#include "support/pictures.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using namespace std::string_literals;
using testing::BmpFile;
using testing::expect_error;
using testing::jpeg_bytes;
using testing::smooth_picture;
using testing::TempDir;

Image read(const std::string& content) {
  const TempDir folder;
  return read_image(folder.write("picture", content));
}
ImageFacts facts_of(const std::string& content) {
  const TempDir folder;
  return image_facts(folder.write("picture", content));
}
template <class E = FormatError>
void expect_rejected(const std::string& content, std::initializer_list<std::string> parts) {
  const TempDir folder;
  const std::string path = folder.write("bad.jpg", content);
  expect_error<E>([&] { read_image(path); }, parts);
  expect_error<E>([&] { read_image(path); }, {path});
}

TEST(Pictures, AreDecodedAsPillowDoes) {
  const SafetensorsFile file((testing::source_dir() / "tests/golden/pictures.safetensors").string());
  int files = 0;
  for (const std::string& name : file.names()) {
    if (!name.starts_with("file.")) continue;
    SCOPED_TRACE(name);
    ++files;
    const auto bytes = file.read(name);
    const Image image = read({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const auto pixels = file.read("pixels." + name.substr(5));
    ASSERT_EQ((Shape{image.height, image.width, image.channels}),
              file.type("pixels." + name.substr(5)).shape);
    int largest = 0;  // versions of libjpeg may round the upsampling of colors differently
    for (std::size_t i = 0; i < pixels.size(); ++i)
      largest = std::max(largest, std::abs(image.pixels[i] - std::to_integer<int>(pixels[i])));
    EXPECT_LE(largest, name.find("jpeg") != std::string::npos ? 1 : 0);
  }
  EXPECT_EQ(files, 25);
}

TEST(Pictures, WhatIsWrittenAsJpegComesBackAlmost) {
  const TempDir folder;
  for (const std::int64_t channels : {1, 3}) {
    const Image image = smooth_picture(20, 30, channels);
    write_jpeg(folder.file("a.jpg"), image, 95);
    const Image back = read_image(folder.file("a.jpg"));
    EXPECT_EQ((Shape{back.height, back.width, back.channels}), (Shape{20, 30, channels}));
    double sum = 0;
    for (std::size_t i = 0; i < back.pixels.size(); ++i) sum += std::abs(back.pixels[i] - image.pixels[i]);
    EXPECT_LE(sum / static_cast<double>(back.pixels.size()), 3);
  }
  const std::string path = folder.file("b.jpg");
  expect_error<ValueError>([&] { write_jpeg(path, smooth_picture(2, 2, 4)); }, {path, "1 or 3 channels"});
  expect_error<ValueError>([&] { write_jpeg(path, smooth_picture(2, 2), 0); }, {"quality is 0", "1 to 100"});
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Pictures, FactsSayWhatReadingChanges) {
  const std::string jpeg = jpeg_bytes(smooth_picture(20, 30));
  EXPECT_EQ(facts_of(jpeg).changes(), "");
  const ImageFacts turned = facts_of(testing::with_orientation(jpeg, 6));
  EXPECT_EQ(turned.changes(), "turned by EXIF orientation 6");
  EXPECT_EQ((Shape{turned.height, turned.width, turned.channels}), (Shape{30, 20, 3}));
  EXPECT_TRUE(facts_of(testing::progressive_jpeg_bytes(smooth_picture(20, 30))).interlaced);
  BmpFile palette{.bits = 1, .palette = "\1\2\3\0\4\5\6\0"s, .rows = "\x80\0\0\0"s};
  EXPECT_EQ(facts_of(palette.bytes()).changes(), "palette becomes colors");
}

TEST(Pictures, LargeOnesAreDecodedSmallerForASmallSize) {
  const TempDir folder;
  const std::string path = folder.file("a.jpg");
  write_jpeg(path, smooth_picture(400, 600));
  EXPECT_EQ(read_image_for(path, 224, 224).height, 400) << "a half would be less than twice as large";
  EXPECT_EQ(read_image_for(path, 100, 100).width, 300);
  EXPECT_EQ(read_image_for(path, 20, 20).height, 50);
  const std::string turned = folder.write("b.jpg", testing::with_orientation(testing::read_file(path), 8));
  EXPECT_EQ(read_image_for(turned, 150, 100).width, 200) << "height and width are those that are seen";
}

TEST(Bmp, EveryKind) {
  const auto pixels = [](const BmpFile& file) { return read(file.bytes()).pixels; };
  using Pixels = std::vector<std::uint8_t>;
  const std::string two = "\1\2\3\0\4\5\6\0"s;  // blue, green, red
  EXPECT_EQ(pixels({.width = 2, .bits = 1, .palette = two, .rows = "\x40\0\0\0"s}),
            (Pixels{3, 2, 1, 6, 5, 4}));
  EXPECT_EQ(pixels({.width = 2, .bits = 4, .palette = two, .rows = "\x10\0\0\0"s, .colors = 2}),
            (Pixels{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(pixels({.bits = 8, .palette = two, .rows = "\1\0\0\0"s, .colors = 2}), (Pixels{6, 5, 4}));
  EXPECT_EQ(pixels({.bits = 8, .palette = "\7\7\7\0"s, .rows = "\0\0\0\0"s, .colors = 1}), (Pixels{7}))
      << "gray";
  EXPECT_EQ(pixels({.bits = 24, .rows = "\1\2\3\0"s}), (Pixels{3, 2, 1}));
  EXPECT_EQ(pixels({.bits = 32, .rows = "\1\2\3\x09"s}), (Pixels{3, 2, 1}));
  EXPECT_EQ(pixels({.bits = 16, .rows = "\0\x7C\0\0"s}), (Pixels{255, 0, 0})) << "5 bits each";
  const std::string masks565 = "\0\xF8\0\0\xE0\x07\0\0\x1F\0\0\0"s;
  EXPECT_EQ(pixels({.bits = 16, .compression = 3, .masks = masks565, .rows = "\xE0\x07\0\0"s}),
            (Pixels{0, 255, 0}));
  const std::string rgba = "\xFF\0\0\0\0\xFF\0\0\0\0\xFF\0\0\0\0\xFF"s;
  EXPECT_EQ(pixels({.bits = 32, .compression = 6, .masks = rgba, .rows = "\1\2\3\x09"s}),
            (Pixels{1, 2, 3, 9}));
  const std::string column = "\1\1\1\0\2\2\2\0"s;
  EXPECT_EQ(pixels({.height = 2, .rows = column}), (Pixels{2, 2, 2, 1, 1, 1})) << "from below";
  EXPECT_EQ(pixels({.height = -2, .rows = column}), (Pixels{1, 1, 1, 2, 2, 2})) << "from above";
}

TEST(BadInput, C79_PicturesOfOtherKindsAreLimitedToo) {
  expect_rejected<ValueError>(BmpFile{.width = 0x7fffffff, .height = 0x7fffffff}.bytes(),
                              {"2147483647 x 2147483647", "at most 89478485"});
  expect_rejected(BmpFile{.width = 9000, .height = 9000}.bytes(), {"9000 x 9000", "cut short"});
}

TEST(BadInput, C80_DamagedBmp) {
  const std::string palette = "\1\2\3\0"s;
  const BmpFile good{.width = 2, .rows = "\1\2\3\4\5\6\0\0"s};
  ASSERT_NO_THROW(read(good.bytes()));
  expect_rejected(good.bytes().substr(0, 60), {"2 x 1", "cut short"});
  expect_rejected(good.bytes().substr(0, 20), {"within its header"});
  expect_rejected(BmpFile{.width = 0}.bytes(), {"0 x 1"});
  expect_rejected(BmpFile{.bits = 7}.bytes(), {"7 bits", "1, 4, 8, 16, 24 or 32"});
  expect_rejected(BmpFile{.bits = 8, .compression = 1, .palette = palette, .colors = 1}.bytes(),
                  {"run lengths (RLE)", "convert it to PNG"});
  expect_rejected(BmpFile{.bits = 24, .compression = 5}.bytes(), {"holds a JPEG or PNG picture"});
  expect_rejected(BmpFile{.bits = 8, .palette = palette, .rows = "\1\0\0\0"s, .colors = 1}.bytes(),
                  {"palette index 1 in row 0, column 0", "1 colors"});
  expect_rejected(BmpFile{.bits = 8, .palette = palette, .colors = 257}.bytes(),
                  {"257 colors", "at most 256"});
  expect_rejected(BmpFile{.bits = 16, .compression = 3, .masks = std::string(12, '\0')}.bytes(),
                  {"color mask"});
}

// The place of a segment's content in a file.
std::size_t segment(const std::string& jpeg, char marker) {
  const std::size_t at = jpeg.find("\xFF"s + marker);
  EXPECT_NE(at, std::string::npos);
  return at;
}

TEST(BadInput, C81_JpegThatDeclaresTooMuch) {
  const std::string jpeg = jpeg_bytes(smooth_picture(16, 16));
  std::string huge = jpeg;
  const std::size_t frame = segment(jpeg, '\xC0');
  huge.replace(frame + 5, 4, "\xFF\xFF\xFF\xFF");
  expect_rejected<ValueError>(huge, {"65535 x 65535", "at most 89478485"});
  huge.replace(frame + 5, 4, "\x23\x28\x23\x28");
  expect_rejected(huge, {"9000 x 9000", "cut short"});
  std::string flat = jpeg;
  flat.replace(frame + 5, 2, "\0\0"s);
  expect_rejected(flat, {"height 0", "DNL", "convert it to PNG"});
}

TEST(BadInput, C81_JpegOf65535x65535In186BytesTakesNoMemory) {
  const std::string frame = "\xFF\xD8\xFF\xC0\0\x0B\x08\xFF\xFF\xFF\xFF\1\1\x11\0"s;
  const std::string scan = "\xFF\xDA\0\x08\1\1\0\0\x3F\0"s;
  const std::string small = frame + scan + std::string(186 - frame.size() - scan.size(), '\0');
  const TempDir folder;
  const std::string path = folder.write("bomb.jpg", small);
  expect_error<ValueError>([&] { read_image(path); }, {path, "65535 x 65535", "at most 89478485"});
  const ImageLimits more{.max_pixels = std::int64_t{1} << 33};
  expect_error<FormatError>([&] { read_image(path, more); },
                            {path, "65535 x 65535", "too many for its 186 bytes"});
}

TEST(BadInput, C81_JpegOfRareKindsIsRefusedByName) {
  const std::string jpeg = jpeg_bytes(smooth_picture(16, 16));
  const std::size_t frame = segment(jpeg, '\xC0');
  std::string other = jpeg;
  other[frame + 4] = 12;
  expect_rejected(other, {"12 bits for each color", "convert it to PNG"});
  other = jpeg;
  other[frame + 1] = '\xC3';
  expect_rejected(other, {"lossless"});
  other[frame + 1] = '\xC5';
  expect_rejected(other, {"hierarchical"});
  other = jpeg;
  other[frame + 9] = 2;
  expect_rejected(other, {"2 components"});
}

TEST(BadInput, C81_DamagedJpeg) {
  const std::string jpeg = jpeg_bytes(smooth_picture(64, 64));
  expect_rejected(jpeg.substr(0, 3), {"cut short"});
  expect_rejected(jpeg.substr(0, jpeg.size() / 2), {"the JPEG", "cut short"});
  expect_rejected(jpeg.substr(0, jpeg.size() - 2), {"cut short"});
  const std::size_t frame = segment(jpeg, '\xC0'), scan = segment(jpeg, '\xDA');
  expect_rejected(jpeg.substr(0, frame) + jpeg.substr(frame + 19),
                  {"the JPEG is damaged", "frame header (SOF)"});
  expect_rejected(jpeg.substr(0, scan) + "\xFF\xD9", {"the JPEG is damaged near byte"});
  std::string codes = jpeg;  // nothing but ones is no Huffman code
  for (std::size_t at = scan + 30; at + 40 < codes.size(); ++at) codes[at] = at % 2 == 0 ? '\xFF' : '\0';
  expect_rejected(codes, {"the JPEG is damaged near byte"});
  std::string short_segment = jpeg;
  short_segment[4] = short_segment[5] = 0;
  expect_rejected(short_segment, {"length 0"});
}

TEST(BadInput, C81_ProgressiveJpegThatLacksScans) {
  const std::string jpeg = testing::progressive_jpeg_bytes(smooth_picture(64, 64));
  ASSERT_NO_THROW(read(jpeg));
  std::size_t third = 0;
  for (int i = 0; i < 3; ++i) third = jpeg.find("\xFF\xDA", third + 1);
  expect_rejected(jpeg.substr(0, third) + "\xFF\xD9", {"progressive and lacks scans"});
}

TEST(BadInput, C82_TheFirstBytesDecideAndNotTheName) {
  const TempDir folder;
  const std::string png = folder.write("really.jpg", BmpFile{.rows = "\1\2\3\0"s}.bytes());
  EXPECT_EQ(read_image(png).channels, 3) << "the first bytes decide";
  const std::string text = folder.write("text.png", "hello");
  expect_error<FormatError>([&] { read_image(text); }, {text, "not a PNG, JPEG or BMP picture", "text"});
}

TEST(BadInput, C84_DamagedExifTurnsNothing) {
  const std::string jpeg = jpeg_bytes(smooth_picture(20, 30));
  for (const int orientation : {0, 9, 200})
    EXPECT_EQ(read(testing::with_orientation(jpeg, orientation)).height, 20);
  std::string cut = testing::with_orientation(jpeg, 6);
  cut[20] = '\x7F';  // far more entries than bytes
  EXPECT_NO_THROW(read(cut));
  cut[16] = '\x7F';  // a table that begins after the end
  EXPECT_EQ(read(cut).height, 20);
}

}  // namespace
}  // namespace luge::io
