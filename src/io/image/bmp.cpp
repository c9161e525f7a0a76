// BMP: palettes of 1, 4 and 8 bits, and colors of 16, 24 and 32 bits, from below or from above.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "io/image/kinds.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr std::size_t kFileHeader = 14, kCoreHeader = 12, kInfoHeader = 40;
constexpr std::uint32_t kPlain = 0, kBitFields = 3, kAlphaBitFields = 6;

[[noreturn]] void fail(const InputFile& file, const std::string& what) {
  throw FormatError(fmt::format("{}: the BMP {}", file.path(), what));
}

using Color = std::array<std::uint8_t, 3>;
using Masks = std::array<std::uint32_t, 4>;  // red, green, blue, alpha

struct Header {
  std::uint64_t pixels = 0;  // where they begin
  std::uint32_t size = 0;    // of the header after the file header
  std::int64_t height = 0, width = 0;
  bool from_above = false;
  unsigned bits = 0;
  Masks masks = {};
  std::vector<Color> palette = {};

  std::int64_t row_bytes() const { return (width * bits + 31) / 32 * 4; }
  bool gray() const {
    return !palette.empty() && std::all_of(palette.begin(), palette.end(), [](const Color& color) {
      return color[0] == color[1] && color[1] == color[2];
    });
  }
  std::int64_t channels() const { return masks[3] != 0 ? 4 : gray() ? 1 : 3; }
};

std::uint32_t number(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

// What is stored is named, since "compression 4" does not tell a person what to do.
void check_compression(const InputFile& file, std::uint32_t compression, unsigned bits) {
  const bool masks = compression == kBitFields || compression == kAlphaBitFields;
  if (compression == kPlain || (masks && (bits == 16 || bits == 32))) return;
  const char* what = compression == 1 || compression == 2   ? "is compressed by run lengths (RLE)"
                     : compression == 4 || compression == 5 ? "holds a JPEG or PNG picture"
                                                            : "has a compression that is not known";
  fail(file, fmt::format("{} (compression {}, {} bits), which is not read; convert it to PNG", what,
                         compression, bits));
}

void read_palette(const InputFile& file, Header& header, std::uint32_t used, std::uint64_t offset) {
  const std::size_t most = std::size_t{1} << header.bits, entry = header.size == kCoreHeader ? 3 : 4;
  if (used > most) fail(file, fmt::format("has {} colors in its palette; expected at most {}", used, most));
  std::vector<std::byte> bytes((used == 0 ? most : used) * entry);
  // A palette ends where the pixels begin, at the latest.
  const std::uint64_t room = header.pixels > offset ? header.pixels - offset : 0;
  bytes.resize(std::min<std::uint64_t>(bytes.size(), room / entry * entry));
  bytes.resize(file.read_some(offset, bytes) / entry * entry);
  for (std::size_t at = 0; at < bytes.size(); at += entry)
    header.palette.push_back({std::to_integer<std::uint8_t>(bytes[at + 2]),
                              std::to_integer<std::uint8_t>(bytes[at + 1]),
                              std::to_integer<std::uint8_t>(bytes[at])});
  if (header.palette.empty()) fail(file, "has no palette, which its pixels need");
}

Masks usual_masks(unsigned bits) {
  return bits == 16 ? Masks{0x7C00, 0x03E0, 0x001F, 0} : Masks{0xFF0000, 0x00FF00, 0x0000FF, 0};
}

void read_masks(const InputFile& file, Header& header, std::uint32_t compression) {
  header.masks = usual_masks(header.bits);
  if (compression == kPlain) return;
  std::array<std::byte, 16> bytes{};
  const bool alpha = compression == kAlphaBitFields || header.size >= 56;
  const std::size_t count = alpha ? 16 : 12;
  if (file.read_some(kFileHeader + kInfoHeader, std::span(bytes).first(count)) < count)
    fail(file, "ends within its header: it was cut short");
  for (std::size_t k = 0; k < count / 4; ++k) {
    const std::uint32_t mask = number(bytes, 4 * k, 4);
    const std::uint32_t ones = mask == 0 ? 0 : mask >> std::countr_zero(mask);
    const bool fits = header.bits == 32 || mask <= 0xFFFF;
    if ((ones & (ones + 1)) != 0 || !fits || (mask == 0 && k < 3))
      fail(file, fmt::format("has the color mask {:#x}; expected neighboring bits of {}", mask, header.bits));
    header.masks[k] = mask;
  }
}

Header read_header(const InputFile& file) {
  std::array<std::byte, kFileHeader + kInfoHeader> bytes{};
  const std::size_t got = file.read_some(0, bytes);
  if (got < kFileHeader + kCoreHeader) fail(file, "ends within its header: it was cut short");
  Header header{.pixels = number(bytes, 10, 4), .size = number(bytes, 14, 4)};
  if (header.size != kCoreHeader && (header.size < kInfoHeader || header.size > 1024))
    fail(file, fmt::format("has a header of {} bytes; expected 12, 40, 52, 56, 64, 108 or 124", header.size));
  std::uint32_t compression = kPlain, used = 0;
  if (header.size == kCoreHeader) {
    header.width = number(bytes, 18, 2);
    header.height = number(bytes, 20, 2);
    header.bits = number(bytes, 24, 2);
  } else {
    if (got < bytes.size()) fail(file, "ends within its header: it was cut short");
    header.width = static_cast<std::int32_t>(number(bytes, 18, 4));
    const std::int64_t height = static_cast<std::int32_t>(number(bytes, 22, 4));
    header.from_above = height < 0;
    header.height = std::abs(height);
    header.bits = number(bytes, 28, 2);
    compression = number(bytes, 30, 4);
    used = number(bytes, 46, 4);
  }
  if (header.width < 1 || header.height < 1)
    fail(file, fmt::format("has {} x {} pixels; expected 1 or more", header.width, header.height));
  if (header.bits != 1 && header.bits != 4 && header.bits != 8 && header.bits != 16 && header.bits != 24 &&
      header.bits != 32)
    fail(file, fmt::format("has {} bits for each pixel; expected 1, 4, 8, 16, 24 or 32", header.bits));
  check_compression(file, compression, header.bits);
  if (header.bits > 8) {
    read_masks(file, header, compression);
  } else {
    read_palette(file, header, used, kFileHeader + header.size);
  }
  return header;
}

// The value of a color of few bits, 0 to 255.
std::uint8_t channel(std::uint32_t pixel, std::uint32_t mask) {
  const std::uint32_t most = mask >> std::countr_zero(mask);
  const std::uint64_t value = (pixel & mask) >> std::countr_zero(mask);
  return static_cast<std::uint8_t>((value * 255 + most / 2) / most);
}

void read_indices(const InputFile& file, const Header& header, std::span<const std::byte> row, std::int64_t y,
                  std::int64_t channels, std::uint8_t* to) {
  const std::size_t per_byte = 8 / header.bits;
  const unsigned ones = (1u << header.bits) - 1;
  for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x) {
    const unsigned shift = static_cast<unsigned>(per_byte - 1 - x % per_byte) * header.bits;
    const unsigned index = std::to_integer<unsigned>(row[x / per_byte]) >> shift & ones;
    if (index >= header.palette.size())
      fail(file, fmt::format("has the palette index {} in row {}, column {}, but there are {} colors", index,
                             y, x, header.palette.size()));
    to = std::copy_n(header.palette[index].data(), channels, to);
  }
}

void read_colors(const Header& header, std::span<const std::byte> row, std::int64_t channels,
                 std::uint8_t* to) {
  const std::size_t bytes = header.bits / 8;
  const bool plain = header.bits != 16 && header.masks == usual_masks(header.bits);
  for (std::size_t x = 0; x < static_cast<std::size_t>(header.width); ++x) {
    if (plain) {
      for (std::size_t c = 0; c < 3; ++c) *to++ = std::to_integer<std::uint8_t>(row[x * bytes + 2 - c]);
      continue;
    }
    const std::uint32_t pixel = number(row, x * bytes, bytes);
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
      *to++ = channel(pixel, header.masks[c]);
  }
}

}  // namespace

ImageFacts bmp_facts(const InputFile& file) {
  const Header header = read_header(file);
  return {.kind = "BMP",
          .height = header.height,
          .width = header.width,
          .channels = header.channels(),
          .bits = header.bits == 16   ? 5
                  : header.bits >= 24 ? 8
                                      : static_cast<int>(header.bits),
          .palette = header.bits <= 8};
}

Image read_bmp(const InputFile& file, const ImageFacts&, const WantedExtents&) {
  const Header header = read_header(file);
  const std::uint64_t needed = static_cast<std::uint64_t>(header.row_bytes() * header.height);
  if (header.pixels > file.size() || file.size() - header.pixels < needed)
    fail(file,
         fmt::format("declares {} x {} pixels, {} bytes from byte {} on, but has {} bytes; it was cut short",
                     header.width, header.height, needed, header.pixels, file.size()));
  const std::int64_t channels = header.channels();
  Image image = empty_image(file, header.height, header.width, channels);
  std::vector<std::byte> row(static_cast<std::size_t>(header.row_bytes()));
  for (std::int64_t y = 0; y < header.height; ++y) {
    const std::int64_t stored = header.from_above ? y : header.height - 1 - y;
    file.read(header.pixels + static_cast<std::uint64_t>(stored * header.row_bytes()), row);
    std::uint8_t* to = image.pixels.data() + y * header.width * channels;
    if (header.bits <= 8) {
      read_indices(file, header, row, y, channels, to);
    } else {
      read_colors(header, row, channels, to);
    }
  }
  return image;
}

}  // namespace luge::io
