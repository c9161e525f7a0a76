// What the chunks of a PNG file say before its pixels begin.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "io/image/exif.h"
#include "io/image/kinds.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr std::size_t kHead = 29;  // signature, length, "IHDR", width, height, depth, color, …

std::uint32_t big_endian(const std::byte* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

// Chunks between the header and the pixels.
void read_chunks(const InputFile& file, ImageFacts& facts, bool& transparent) {
  constexpr int kMostChunks = 1000;
  constexpr std::uint32_t kMostExif = 1 << 16;
  std::uint64_t offset = 8;
  for (int i = 0; i < kMostChunks; ++i) {
    std::array<std::byte, 12> head{};  // length, name, and 4 bytes of what it holds
    if (file.read_some(offset, head) < head.size()) return;
    const std::uint32_t size = big_endian(head.data());
    const std::string_view name(reinterpret_cast<const char*>(&head[4]), 4);
    if (name == "IDAT" || name == "IEND") return;
    if (name == "tRNS") transparent = true;
    if (name == "acTL") facts.frames = std::max<std::int64_t>(1, big_endian(&head[8]));
    if (name == "eXIf" && size <= kMostExif) {
      std::vector<std::byte> exif(size);
      exif.resize(file.read_some(offset + 8, exif));
      facts.orientation = exif_orientation(exif);
    }
    offset += std::uint64_t{12} + size;
  }
}

}  // namespace

ImageFacts png_facts(const InputFile& file) {
  std::array<std::byte, kHead> head;
  const std::size_t got = file.read_some(0, head);
  if (got < head.size() || std::memcmp(head.data() + 12, "IHDR", 4) != 0) {
    throw FormatError(
        fmt::format("{}: the PNG begins with no image header (IHDR), or ends in it", file.path()));
  }
  constexpr std::array<std::int64_t, 7> kChannels = {1, 0, 3, 3, 2, 0, 4};
  const auto depth = std::to_integer<unsigned>(head[24]);
  const auto color = std::to_integer<std::size_t>(head[25]);
  ImageFacts facts{.kind = "PNG",
                   .height = big_endian(&head[20]),
                   .width = big_endian(&head[16]),
                   .bits = static_cast<int>(depth),
                   .palette = color == 3,
                   .interlaced = head[28] == std::byte{1}};
  const bool known =
      color < kChannels.size() && kChannels[color] > 0 && depth <= 16 && std::has_single_bit(depth);
  if (facts.width == 0 || facts.height == 0 || !known) {
    throw FormatError(fmt::format("{}: the PNG's header is damaged: {} x {} pixels, {} bits, color type {}",
                                  file.path(), facts.width, facts.height, depth, color));
  }
  bool transparent = false;
  read_chunks(file, facts, transparent);
  facts.channels = kChannels[color] + (transparent && kChannels[color] % 2 == 1 ? 1 : 0);
  return facts;
}

}  // namespace luge::io
