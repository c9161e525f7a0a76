#include <fmt/format.h>
#include <png.h>
#include <setjmp.h>

#include <array>
#include <cstring>
#include <exception>

#include "io/image/kinds.h"
#include "luge/error.h"

namespace luge::io {
namespace {

// What is compressed cannot become more than 1032 times as many bytes.
void check_size(const InputFile& file, const ImageFacts& facts) {
  constexpr std::uint64_t kBestDeflate = 1032;
  const auto stored = static_cast<std::uint64_t>(facts.palette ? 1 : facts.channels > 2 ? 3 : 1);
  const std::uint64_t row =
      (static_cast<std::uint64_t>(facts.width) * stored * static_cast<std::uint64_t>(facts.bits) + 7) / 8;
  if (static_cast<std::uint64_t>(facts.height) * row / kBestDeflate <= file.size()) return;
  throw FormatError(
      fmt::format("{}: the PNG declares {} x {} pixels, too many for its {} bytes; it was cut short",
                  file.path(), facts.width, facts.height, file.size()));
}

// Everything that libpng's callbacks and the jump use.
struct Decoder {
  const InputFile& file;
  std::uint64_t offset = 0;
  std::exception_ptr failure;       // of the file
  std::array<char, 200> message{};  // of libpng
  png_structp png = nullptr;
  png_infop info = nullptr;
  int channels = 0;
  std::size_t row_bytes = 0;
  bool palette = false;

  explicit Decoder(const InputFile& source) : file(source) {}
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
  std::strncpy(decoder->message.data(), message, decoder->message.size() - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

bool read_bytes(Decoder& decoder, std::span<std::byte> bytes) noexcept {
  try {
    const std::size_t got = decoder.file.read_some(decoder.offset, bytes);
    decoder.offset += got;
    return got == bytes.size();
  } catch (...) {
    decoder.failure = std::current_exception();
    return false;
  }
}

void on_read(png_structp png, png_bytep bytes, std::size_t count) {
  auto* decoder = static_cast<Decoder*>(png_get_io_ptr(png));
  if (!read_bytes(*decoder, std::as_writable_bytes(std::span(bytes, count))))
    png_error(png, "the file was cut short");
}

// Chunks that say nothing about the pixels are skipped unread: some are compressed and could be bombs.
void skip_extras(png_structp png) {
  static constexpr png_byte kExtras[] = "iCCP\0zTXt\0iTXt\0tEXt\0sPLT\0eXIf\0hIST\0pCAL\0sCAL\0tIME\0";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kExtras, static_cast<int>(sizeof(kExtras) / 5));
}

// No object of this function or of those it calls below libpng has a destructor: errors jump back to it.
bool read_header(Decoder& decoder) {
  png_structp png = decoder.png;
  png_infop info = decoder.info;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, &decoder, on_read);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);  // the number of pixels has been checked
  skip_extras(png);
  png_read_info(png, info);
  decoder.palette = png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE;
  if (png_get_bit_depth(png, info) == 16) png_set_scale_16(png);
  if (decoder.palette) {
    png_set_packing(png);  // one index a byte; they are checked and looked up by expand_palette
  } else {
    if (png_get_bit_depth(png, info) < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (png_get_valid(png, info, PNG_INFO_tRNS) != 0) png_set_tRNS_to_alpha(png);
  }
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  decoder.channels = png_get_channels(png, info);
  decoder.row_bytes = png_get_rowbytes(png, info);
  return true;
}

bool read_rows(Decoder& decoder, png_bytep pixels, std::uint32_t height) {
  png_structp png = decoder.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  const int passes =
      png_get_interlace_type(png, decoder.info) == PNG_INTERLACE_ADAM7 ? PNG_INTERLACE_ADAM7_PASSES : 1;
  for (int pass = 0; pass < passes; ++pass) {
    for (std::uint32_t y = 0; y < height; ++y) png_read_row(png, pixels + y * decoder.row_bytes, nullptr);
  }
  png_read_end(png, nullptr);
  return true;
}

[[noreturn]] void fail(const Decoder& decoder) {
  if (decoder.failure) std::rethrow_exception(decoder.failure);
  throw FormatError(fmt::format("{}: the PNG is damaged near byte {}: {}", decoder.file.path(),
                                decoder.offset, decoder.message.data()));
}

// Indices become RGB, or RGBA when any color is transparent.
Image expand_palette(const Decoder& decoder, Image indices) {
  png_colorp colors = nullptr;
  int count = 0;
  png_get_PLTE(decoder.png, decoder.info, &colors, &count);
  png_bytep alpha = nullptr;
  int alphas = 0;
  if (png_get_tRNS(decoder.png, decoder.info, &alpha, &alphas, nullptr) == 0) alphas = 0;
  Image image{indices.height, indices.width, alphas > 0 ? 4 : 3, {}};
  image.pixels.reserve(indices.pixels.size() * static_cast<std::size_t>(image.channels));
  for (std::size_t i = 0; i < indices.pixels.size(); ++i) {
    const int index = indices.pixels[i];
    if (index >= count) {
      const auto width = static_cast<std::size_t>(indices.width);
      throw FormatError(fmt::format(
          "{}: the PNG's pixel in row {}, column {} has palette index {}, but there are {} colors",
          decoder.file.path(), i / width, i % width, index, count));
    }
    const png_color& color = colors[index];
    image.pixels.insert(image.pixels.end(), {color.red, color.green, color.blue});
    if (alphas > 0) image.pixels.push_back(index < alphas ? alpha[index] : 255);
  }
  return image;
}

}  // namespace

Image read_png(const InputFile& file, const ImageFacts& facts, const WantedExtents&) {
  check_size(file, facts);
  Decoder decoder(file);
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, on_error, on_warning);
  decoder.info = decoder.png ? png_create_info_struct(decoder.png) : nullptr;
  if (!decoder.info) throw MemoryError(fmt::format("{}: no memory to begin reading the PNG", file.path()));
  if (!read_header(decoder)) fail(decoder);

  Image image = empty_image(file, facts.height, facts.width, decoder.channels);
  if (decoder.row_bytes * static_cast<std::size_t>(facts.height) != image.pixels.size())
    throw FormatError(fmt::format("{}: the PNG is damaged: it has two headers", file.path()));
  if (!read_rows(decoder, image.pixels.data(), static_cast<std::uint32_t>(facts.height))) fail(decoder);
  return decoder.palette ? expand_palette(decoder, std::move(image)) : image;
}

}  // namespace luge::io
