// JPEG through libjpeg, whose errors jump over frames: they are kept inside functions without C++ objects.
#include <fmt/format.h>

#include <cstdio>
// after cstdio, which it needs
#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>

#include "io/image/exif.h"
#include "io/image/jpeg.h"
#include "io/image/kinds.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr int kMostScans = 500;  // of a progressive file; usual ones have about 10

struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  jpeg_progress_mgr progress{};
  jmp_buf jump{};
  const InputFile& file;
  std::uint64_t offset = 0;
  std::exception_ptr failure;  // of the file
  std::array<char, JMSG_LENGTH_MAX> message{};
  std::array<JOCTET, 1 << 14> buffer{};

  explicit Decoder(const InputFile& from) : file(from) {}
  ~Decoder() { jpeg_destroy_decompress(&jpeg); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

Decoder& decoder_of(j_common_ptr jpeg) { return *static_cast<Decoder*>(jpeg->client_data); }

[[noreturn]] void stop(Decoder& decoder, const char* message) {
  std::strncpy(decoder.message.data(), message, decoder.message.size() - 1);
  longjmp(decoder.jump, 1);
}

[[noreturn]] void on_error(j_common_ptr jpeg) {
  Decoder& decoder = decoder_of(jpeg);
  jpeg->err->format_message(jpeg, decoder.message.data());
  longjmp(decoder.jump, 1);
}

// libjpeg goes on with made-up pixels after these.
bool is_damage(int warning) {
  switch (warning) {
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC: return true;
    default: return false;
  }
}

void on_message(j_common_ptr jpeg, int level) {
  if (level < 0 && is_damage(jpeg->err->msg_code)) on_error(jpeg);
}
void no_output(j_common_ptr) {}

void on_begin(j_decompress_ptr) {}
void on_end(j_decompress_ptr) {}

std::size_t read_bytes(Decoder& decoder) noexcept {
  try {
    const std::size_t got =
        decoder.file.read_some(decoder.offset, std::as_writable_bytes(std::span(decoder.buffer)));
    decoder.offset += got;
    return got;
  } catch (...) {
    decoder.failure = std::current_exception();
    return 0;
  }
}

boolean on_read(j_decompress_ptr jpeg) {
  Decoder& decoder = decoder_of(reinterpret_cast<j_common_ptr>(jpeg));
  const std::size_t got = read_bytes(decoder);
  if (got == 0) stop(decoder, "the file was cut short");
  decoder.source.next_input_byte = decoder.buffer.data();
  decoder.source.bytes_in_buffer = got;
  return TRUE;
}

void on_skip(j_decompress_ptr jpeg, long count) {
  Decoder& decoder = decoder_of(reinterpret_cast<j_common_ptr>(jpeg));
  if (count <= 0) return;
  const auto wanted = static_cast<std::size_t>(count), here = decoder.source.bytes_in_buffer;
  decoder.offset += wanted > here ? wanted - here : 0;
  decoder.source.next_input_byte += std::min(wanted, here);
  decoder.source.bytes_in_buffer -= std::min(wanted, here);
}

// A small file with very many scans of a large picture would take hours.
void on_progress(j_common_ptr jpeg) {
  if (!jpeg->is_decompressor) return;
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kMostScans)
    stop(decoder_of(jpeg), "it has more than 500 scans");
}

// No object of these functions or of those they call below libjpeg has a destructor: errors jump back to
// them.
bool read_header(Decoder& decoder, unsigned scale) {
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  jpeg.err = jpeg_std_error(&decoder.errors);
  decoder.errors.error_exit = on_error;
  decoder.errors.emit_message = on_message;
  decoder.errors.output_message = no_output;
  jpeg.client_data = &decoder;
  if (setjmp(decoder.jump) != 0) return false;
  jpeg_create_decompress(&jpeg);
  decoder.source = {nullptr, 0, on_begin, on_read, on_skip, jpeg_resync_to_restart, on_end};
  decoder.progress.progress_monitor = on_progress;
  jpeg.src = &decoder.source;
  jpeg.progress = &decoder.progress;
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = jpeg.num_components == 1   ? JCS_GRAYSCALE
                         : jpeg.num_components == 3 ? JCS_RGB
                                                    : JCS_CMYK;
  jpeg.scale_num = scale;
  jpeg.scale_denom = 8;
  jpeg_calc_output_dimensions(&jpeg);
  return true;
}

// Every coefficient of a progressive file must have come with all its bits.
bool is_complete(const jpeg_decompress_struct& jpeg) {
  if (!jpeg.progressive_mode || !jpeg.coef_bits) return true;
  for (int c = 0; c < jpeg.num_components; ++c) {
    for (int k = 0; k < DCTSIZE2; ++k) {
      if (jpeg.coef_bits[c][k] != 0) return false;
    }
  }
  return true;
}

// Cyan, magenta, yellow and black to red, green and blue. Adobe's programs store them inverted.
void to_rgb(const JSAMPLE* cmyk, std::size_t pixels, bool inverted, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    const unsigned flip = inverted ? 0u : 255u;
    const unsigned light = cmyk[3] ^ flip;
    for (std::size_t c = 0; c < 3; ++c)
      rgb[c] = static_cast<std::uint8_t>(((cmyk[c] ^ flip) * light + 127) / 255);
  }
}

bool read_rows(Decoder& decoder, std::uint8_t* pixels, std::size_t row_bytes, JSAMPLE* cmyk) {
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  if (setjmp(decoder.jump) != 0) return false;
  jpeg_start_decompress(&jpeg);
  while (jpeg.output_scanline < jpeg.output_height) {
    std::uint8_t* const to = pixels + jpeg.output_scanline * row_bytes;
    JSAMPROW row = cmyk ? cmyk : to;
    jpeg_read_scanlines(&jpeg, &row, 1);
    if (cmyk) to_rgb(cmyk, jpeg.output_width, jpeg.saw_Adobe_marker != 0, to);
  }
  if (!is_complete(jpeg)) stop(decoder, "it is progressive and lacks scans");
  jpeg_finish_decompress(&jpeg);
  return true;
}

[[noreturn]] void fail(const Decoder& decoder) {
  if (decoder.failure) std::rethrow_exception(decoder.failure);
  throw FormatError(fmt::format("{}: the JPEG is damaged near byte {}: {}", decoder.file.path(),
                                decoder.offset - decoder.source.bytes_in_buffer, decoder.message.data()));
}

// In eighths: the smallest that leaves twice what is wanted.
unsigned scale_for(const ImageFacts& facts, WantedExtents wanted) {
  if (wanted.height < 1 || wanted.width < 1) return 8;
  if (swaps_extents(facts.orientation)) std::swap(wanted.height, wanted.width);
  for (const unsigned scale : {1u, 2u, 4u}) {
    if (facts.height * scale / 8 >= 2 * wanted.height && facts.width * scale / 8 >= 2 * wanted.width)
      return scale;
  }
  return 8;
}

}  // namespace

Image read_jpeg(const InputFile& file, const ImageFacts& facts, const WantedExtents& wanted) {
  check_jpeg_size(file, facts);
  Decoder decoder(file);
  if (!read_header(decoder, scale_for(facts, wanted))) fail(decoder);
  const jpeg_decompress_struct& jpeg = decoder.jpeg;
  Image image = empty_image(file, jpeg.output_height, jpeg.output_width, facts.channels);
  std::vector<JSAMPLE> cmyk(facts.cmyk ? jpeg.output_width * std::size_t{4} : 0);
  const auto row_bytes = static_cast<std::size_t>(image.width * image.channels);
  if (static_cast<std::int64_t>(jpeg.image_height) != facts.height ||
      static_cast<std::int64_t>(jpeg.image_width) != facts.width ||
      (jpeg.num_components == 4) != facts.cmyk || (jpeg.num_components == 1) != (facts.channels == 1))
    throw FormatError(fmt::format("{}: the JPEG is damaged: it has two frame headers", file.path()));
  if (!read_rows(decoder, image.pixels.data(), row_bytes, facts.cmyk ? cmyk.data() : nullptr)) fail(decoder);
  return image;
}

}  // namespace luge::io
