#include "luge/io/image.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "luge/error.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::expect_error;
using testing::read_file;
using testing::TempDir;

constexpr int kGray = 0, kRgb = 2, kPalette = 3, kGrayAlpha = 4, kRgba = 6;

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(crc));
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string result(size, '\0');
  compress(reinterpret_cast<Bytef*>(result.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
           bytes.size());
  result.resize(size);
  return result;
}

const std::string kSignature = "\x89PNG\r\n\x1a\n";

std::string header(std::uint32_t width, std::uint32_t height, int depth, int color, int interlaced = 0) {
  return kSignature + chunk("IHDR", big_endian(width) + big_endian(height) +
                                        std::string{static_cast<char>(depth), static_cast<char>(color), 0, 0,
                                                    static_cast<char>(interlaced)});
}

// A whole file; `rows` are given without filter bytes, `extra` stands before the pixels.
std::string png(std::uint32_t width, int depth, int color, const std::vector<std::string>& rows,
                const std::string& extra = "", std::uint32_t height = 0, int interlaced = 0) {
  std::string pixels;
  for (const std::string& row : rows) pixels += '\0' + row;
  if (height == 0) height = static_cast<std::uint32_t>(rows.size());
  return header(width, height, depth, color, interlaced) + extra + chunk("IDAT", deflated(pixels)) +
         chunk("IEND", "");
}

Image read(const std::string& content) {
  const TempDir folder;
  return read_image(folder.write("picture.png", content));
}

void expect_pixels(const std::string& content, std::int64_t channels, std::vector<std::uint8_t> pixels) {
  const Image image = read(content);
  EXPECT_EQ(image.channels, channels);
  EXPECT_EQ(image.pixels, pixels);
}

void expect_rejected(const std::string& content, std::initializer_list<std::string> parts) {
  const TempDir folder;
  const std::string path = folder.write("bad.png", content);
  expect_error<FormatError>([&] { read_image(path); }, parts);
  expect_error<FormatError>([&] { read_image(path); }, {path});
}

using namespace std::string_literals;

TEST(Png, EveryColorTypeAndDepth) {
  expect_pixels(png(2, 8, kGray, {"\x01\x02", "\x03\xFF"}), 1, {1, 2, 3, 255});
  expect_pixels(png(2, 16, kGray, {"\x80\x80\xFF\xFF"}), 1, {128, 255});
  expect_pixels(png(8, 1, kGray, {"\xA5"}), 1, {255, 0, 255, 0, 0, 255, 0, 255});
  expect_pixels(png(3, 2, kGray, {"\x1B"}), 1, {0, 85, 170});
  expect_pixels(png(3, 4, kGray, {"\x1F\x70"}), 1, {17, 255, 119});
  expect_pixels(png(1, 8, kRgb, {"\x01\x02\x03"}), 3, {1, 2, 3});
  expect_pixels(png(1, 16, kRgb, {"\x01\x01\x02\x02\x03\x03"}), 3, {1, 2, 3});
  expect_pixels(png(1, 8, kGrayAlpha, {"\x01\x80"}), 2, {1, 128});
  expect_pixels(png(1, 8, kRgba, {"\x01\x02\x03\x04"}), 4, {1, 2, 3, 4});
}

TEST(Png, PaletteAndTransparency) {
  const std::string palette = chunk("PLTE", "\x0A\x0B\x0C\x14\x15\x16");
  expect_pixels(png(2, 8, kPalette, {"\x01\x00"s}, palette), 3, {20, 21, 22, 10, 11, 12});
  expect_pixels(png(3, 1, kPalette, {"\xA0"}, palette), 3, {20, 21, 22, 10, 11, 12, 20, 21, 22});
  expect_pixels(png(2, 8, kPalette, {"\x01\x00"s}, palette + chunk("tRNS", "\x07")), 4,
                {20, 21, 22, 255, 10, 11, 12, 7});
  expect_pixels(png(2, 8, kGray, {"\x05\x06"}, chunk("tRNS", "\x00\x05"s)), 2, {5, 0, 6, 255});
}

TEST(Png, Interlaced) {
  // 3 x 3: Adam7 stores (0,0) in pass 1, (0,2) in 4, row 2's even columns in 5, the odd column in 6, row 1
  // in 7.
  expect_pixels(png(3, 8, kGray, {"\x01", "\x03", "\x07\x09", "\x02", "\x08", "\x04\x05\x06"}, "", 3, 1), 1,
                {1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST(Png, ComesBackAsWritten) {
  const TempDir folder;
  for (std::int64_t channels = 1; channels <= 4; ++channels) {
    Image image{5, 7, channels, std::vector<std::uint8_t>(static_cast<std::size_t>(35 * channels))};
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(i * 37);
    write_png(folder.file("a.png"), image);
    write_png(folder.file("b.png"), image);
    const Image back = read_image(folder.file("a.png"));
    EXPECT_EQ(back.height, 5);
    EXPECT_EQ(back.width, 7);
    EXPECT_EQ(back.channels, channels);
    EXPECT_EQ(back.pixels, image.pixels);
    EXPECT_EQ(read_file(folder.file("a.png")), read_file(folder.file("b.png")));
  }
}

TEST(Png, WriterRefusesPicturesThatDoNotFit) {
  const TempDir folder;
  const std::string path = folder.write("a.png", "old");
  for (const Image& image : {Image{2, 2, 1, std::vector<std::uint8_t>(3)}, Image{0, 2, 1, {}},
                             Image{1, 1, 5, std::vector<std::uint8_t>(5)}, Image{-1, -1, 1, {0}},
                             Image{std::int64_t{1} << 40, std::int64_t{1} << 40, 4, {}}}) {
    expect_error<ValueError>([&] { write_png(path, image); }, {path, "height x width x channels"});
  }
  EXPECT_EQ(read_file(path), "old");
}

TEST(BadInput, C33_AFullDiskLeavesTheOldPicture) {
  const TempDir folder;
  const std::string path = folder.write("a.png", "old");
  testing::FaultyCalls calls;
  calls.fail(testing::Call::write, ENOSPC);
  expect_error<FileError>([&] { write_png(path, {1, 1, 1, {0}}); }, {path, std::strerror(ENOSPC)});
  EXPECT_EQ(read_file(path), "old");
}

TEST(Png, ChangesChannels) {
  const Image colors{1, 4, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
  EXPECT_EQ(with_channels(colors, 1).pixels, (std::vector<std::uint8_t>{76, 150, 29, 255}));
  EXPECT_EQ(with_channels({1, 2, 1, {3, 4}}, 3).pixels, (std::vector<std::uint8_t>{3, 3, 3, 4, 4, 4}));
  EXPECT_EQ(with_channels({1, 2, 2, {3, 9, 4, 9}}, 1).pixels, (std::vector<std::uint8_t>{3, 4}));
  EXPECT_EQ(with_channels({1, 1, 4, {1, 2, 3, 9}}, 3).pixels, (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_THROW(with_channels(colors, 2), ValueError);
}

TEST(BadInput, C79_TooManyPixelsAreRefusedFromTheHeaderAlone) {
  const TempDir folder;
  const std::string huge = folder.write("huge.png", header(0x7fffffff, 0x7fffffff, 8, kGray));
  expect_error<ValueError>([&] { read_image(huge); }, {huge, "2147483647 x 2147483647", "at most 89478485"});
  const std::string over = folder.write("over.png", header(89'478'486, 1, 8, kGray));
  expect_error<ValueError>([&] { read_image(over); }, {over, "89478486 pixels", "at most 89478485"});
  const std::string small = folder.write("small.png", png(2, 8, kGray, {"ab", "cd"}));
  expect_error<ValueError>([&] { read_image(small, {.max_pixels = 3}); }, {"2 x 2 = 4 pixels, at most 3"});
  EXPECT_NO_THROW(read_image(small, {.max_pixels = 4}));
}

TEST(BadInput, C80_DeclaredPixelsThatTheFileCannotHold) {
  expect_rejected(header(9000, 9000, 8, kRgb) + chunk("IDAT", deflated("x")) + chunk("IEND", ""),
                  {"9000 x 9000", "cut short"});
}

TEST(BadInput, C80_CompressedTextAndProfilesAreNotUnpacked) {
  const std::string bomb = deflated(std::string(50'000'000, 'a'));
  const std::string extras =
      chunk("iCCP", "p\0\0"s + bomb) + chunk("zTXt", "k\0\0"s + bomb) + chunk("iTXt", "k\0\1\0\0\0"s + bomb);
  expect_pixels(png(2, 8, kGray, {"\x01\x02"}, extras), 1, {1, 2});
}

TEST(BadInput, C80_MoreDataThanPixelsIsBounded) {
  const std::string pixels = "\0ab"s + std::string(50'000'000, 'x');
  const std::string content = header(2, 1, 8, kGray) + chunk("IDAT", deflated(pixels)) + chunk("IEND", "");
  EXPECT_EQ(read(content).pixels, (std::vector<std::uint8_t>{'a', 'b'}));
}

TEST(BadInput, C80_DamagedStructure) {
  const std::string good = png(2, 8, kGray, {"ab", "cd"});
  expect_rejected(header(2, 2, 8, kGray) + chunk("IEND", ""), {"the PNG is damaged near byte"});
  expect_rejected(good.substr(0, good.size() - 12), {"damaged near byte", "cut short"});
  std::string bad_crc = good;
  bad_crc[good.size() - 13] ^= 1;
  expect_rejected(bad_crc, {"damaged near byte", "CRC"});
  expect_rejected(kSignature + chunk("IDAT", "x"), {"IHDR"});
  expect_rejected(header(0, 2, 8, kGray), {"0 x 2"});
  expect_rejected(header(2, 2, 8, 5), {"color type 5"});
  expect_rejected(header(2, 2, 3, kGray) + chunk("IEND", ""), {"3 bits"});
}

TEST(BadInput, C80_PaletteIndexOutOfRange) {
  const std::string palette = chunk("PLTE", "\x0A\x0B\x0C\x14\x15\x16");
  expect_rejected(png(2, 8, kPalette, {"\x01\x00"s, "\x00\x02"s}, palette),
                  {"row 1, column 1", "palette index 2", "2 colors"});
  expect_rejected(png(2, 8, kPalette, {"\x01\x00"s}), {"PLTE"});
}

TEST(BadInput, C80_AnimationsGiveTheirFirstPicture) {
  const std::string extras =
      chunk("acTL", big_endian(2) + big_endian(0)) + chunk("fcTL", std::string(26, '\0'));
  expect_pixels(png(2, 8, kGray, {"\x01\x02"}, extras), 1, {1, 2});
}

TEST(BadInput, C80_CutAtEveryByte) {
  const TempDir folder;
  const std::string palette = chunk("PLTE", "\x0A\x0B\x0C\x14\x15\x16");
  for (const std::string& whole :
       {png(2, 8, kGray, {"ab", "cd"}), png(2, 8, kPalette, {"\x01\x00"s}, palette),
        png(1, 16, kRgb, {"\x01\x01\x02\x02\x03\x03"}),
        png(3, 8, kGray, {"\x01", "\x03", "\x07\x09", "\x02", "\x08", "\x04\x05\x06"}, "", 3, 1)}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::string path = folder.write("part.png", whole.substr(0, length));
      expect_error<FormatError>([&] { read_image(path); }, {path + ": "});
    }
  }
}

TEST(BadInput, C80_AnyDamagedByteIsAPictureOrAnError) {
  const TempDir folder;
  const std::string whole = png(2, 8, kGray, {"ab", "cd"});
  int rejected = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char value : {'\0', '\x7F', '\xFF'}) {
      std::string damaged = whole;
      damaged[at] = value;
      try {
        (void)read_image(folder.write("damaged.png", damaged));
      } catch (const Error&) {
        ++rejected;
      }
    }
  }
  EXPECT_GT(rejected, static_cast<int>(whole.size()));
}

TEST(BadInput, C82_WhatIsNoPicture) {
  const TempDir folder;
  expect_rejected("", {"is empty", "expected a PNG"});
  expect_rejected("name,size\nshirt,3\n", {"not a PNG", "text"});
  expect_rejected("\xFF\xD8\xFF\xE0 jpeg", {"the JPEG ends before its first row"});
  expect_rejected("\x1F\x8B gz", {"gzip"});
  expect_rejected("RIFF....WEBP", {"WebP"});
  expect_rejected("\0\0\x08\x03\0\0\0\1"s, {"IDX"});
  expect_rejected(std::string(20, '\x01'), {"unknown"});
  expect_error<FileError>([&] { read_image(folder.path().string()); }, {"is a folder"});
  std::filesystem::create_symlink("nowhere", folder.path() / "dangling.png");
  expect_error<FileError>([&] { read_image(folder.file("dangling.png")); },
                          {"dangling.png", std::strerror(ENOENT)});
  EXPECT_EQ(detect_file_kind(folder.write("x.txt", png(1, 8, kGray, {"a"}))), "PNG");
  EXPECT_EQ(read_image(folder.file("x.txt")).width, 1) << "the name does not decide";
}

// Its beginning is read at once; a large file is read in several pieces while it is decoded.
TEST(BadInput, C30_ReadErrorsPassThroughTheDecoder) {
  const TempDir folder;
  Image large{200, 300, 1, {}};
  for (unsigned i = 0; i < 200 * 300; ++i)
    large.pixels.push_back(static_cast<std::uint8_t>(i * i * 2654435761u >> 24));
  const std::string path = folder.file("a.png");
  write_png(path, large);
  ASSERT_GT(std::filesystem::file_size(path), 50'000u);
  for (int after = 0; after < 2; ++after) {
    testing::FaultyCalls calls;
    calls.fail(testing::Call::pread, EIO, after);
    expect_error<FileError>([&] { read_image(path); }, {path, "cannot read", std::strerror(EIO)});
  }
}

}  // namespace
}  // namespace luge::io
