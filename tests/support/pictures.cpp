#include "support/pictures.h"

#include <cstdio>
// after cstdio, which it needs
#include <jpeglib.h>

#include <cstdlib>

#include "support/temp_dir.h"

namespace luge::testing {
namespace {

std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

}  // namespace

io::Image smooth_picture(std::int64_t height, std::int64_t width, std::int64_t channels, int seed) {
  io::Image image{height, width, channels, {}};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t c = 0; c < channels; ++c)
        image.pixels.push_back(
            static_cast<std::uint8_t>(x * 100 / width + y * (c + 1) * 25 / height + seed * 7 % 56 + c * 8));
    }
  }
  return image;
}

std::string jpeg_bytes(const io::Image& image, int quality) {
  const TempDir folder;
  io::write_jpeg(folder.file("a.jpg"), image, quality);
  return read_file(folder.file("a.jpg"));
}

std::string progressive_jpeg_bytes(const io::Image& image) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.input_components = static_cast<int>(image.channels);
  jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(image.pixels.data() +
                                     static_cast<std::size_t>(jpeg.next_scanline) *
                                         static_cast<std::size_t>(image.width * image.channels));
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::string text(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return text;
}

std::string with_orientation(const std::string& jpeg, int orientation) {
  const std::string tiff = std::string("II*\0", 4) + little(8, 4) + little(1, 2) + little(0x0112, 2) +
                           little(3, 2) + little(1, 4) + little(static_cast<std::uint32_t>(orientation), 4) +
                           little(0, 4);
  const std::string body = std::string("Exif\0\0", 6) + tiff;
  const auto length = static_cast<std::uint32_t>(body.size() + 2);
  return jpeg.substr(0, 2) + "\xFF\xE1" + static_cast<char>(length >> 8) + static_cast<char>(length) + body +
         jpeg.substr(2);
}

std::string BmpFile::bytes() const {
  const auto offset = static_cast<std::uint32_t>(14 + 40 + masks.size() + palette.size());
  return "BM" + little(offset + static_cast<std::uint32_t>(rows.size()), 4) + little(0, 4) +
         little(offset, 4) + little(40, 4) + little(static_cast<std::uint32_t>(width), 4) +
         little(static_cast<std::uint32_t>(height), 4) + little(1, 2) +
         little(static_cast<std::uint32_t>(bits), 2) + little(compression, 4) + little(0, 4) + little(0, 4) +
         little(0, 4) + little(colors, 4) + little(0, 4) + masks + palette + rows;
}

}  // namespace luge::testing
