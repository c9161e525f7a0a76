// write_jpeg: baseline JPEG through libjpeg.
#include <fmt/format.h>

#include <cstdio>
// after cstdio, which it needs
#include <jpeglib.h>
#include <setjmp.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "io/files/atomic_file.h"
#include "io/image/checks.h"
#include "luge/error.h"

namespace luge::io {
namespace {

struct Encoder {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jmp_buf jump{};
  std::array<char, JMSG_LENGTH_MAX> message{};
  unsigned char* bytes = nullptr;  // of malloc
  unsigned long size = 0;

  Encoder() = default;
  ~Encoder() {
    jpeg_destroy_compress(&jpeg);
    std::free(bytes);
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
};

[[noreturn]] void on_error(j_common_ptr jpeg) {
  auto* encoder = static_cast<Encoder*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, encoder->message.data());
  longjmp(encoder->jump, 1);
}

// As in reading: errors jump back here, so nothing in here has a destructor.
bool encode(Encoder& encoder, const Image& image, int quality) {
  jpeg_compress_struct& jpeg = encoder.jpeg;
  jpeg.err = jpeg_std_error(&encoder.errors);
  encoder.errors.error_exit = on_error;
  jpeg.client_data = &encoder;
  if (setjmp(encoder.jump) != 0) return false;
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &encoder.bytes, &encoder.size);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.input_components = static_cast<int>(image.channels);
  jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  const auto row_bytes = static_cast<std::size_t>(image.width * image.channels);
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(image.pixels.data() + jpeg.next_scanline * row_bytes);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  return true;
}

}  // namespace

void write_jpeg(const std::string& path, const Image& image, int quality) {
  check_image(path, image);
  if ((image.channels != 1 && image.channels != 3) || image.height > JPEG_MAX_DIMENSION ||
      image.width > JPEG_MAX_DIMENSION) {
    throw ValueError(
        fmt::format("{}: a JPEG has 1 or 3 channels and at most {} rows and columns; got {} x {} x {}", path,
                    JPEG_MAX_DIMENSION, image.height, image.width, image.channels));
  }
  if (quality < 1 || quality > 100)
    throw ValueError(fmt::format("{}: the quality is {}; expected 1 to 100", path, quality));
  Encoder encoder;
  if (!encode(encoder, image, quality))
    throw ValueError(fmt::format("{}: cannot be written as JPEG: {}", path, encoder.message.data()));
  write_file(path, {reinterpret_cast<const char*>(encoder.bytes), encoder.size});
}

}  // namespace luge::io
