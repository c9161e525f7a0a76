// What the segments of a JPEG file say before its pixels begin.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <vector>

#include "io/image/exif.h"
#include "io/image/jpeg.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr int kMostSegments = 10'000;
constexpr unsigned kSos = 0xDA, kEoi = 0xD9, kApp1 = 0xE1;

[[noreturn]] void fail(const InputFile& file, const std::string& what) {
  throw FormatError(fmt::format("{}: the JPEG {}", file.path(), what));
}

unsigned number(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
  unsigned value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | std::to_integer<unsigned>(bytes[at + i]);
  return value;
}

// Start of frame: 0xC0 … 0xCF without DHT, JPG and DAC.
bool is_frame(unsigned marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool has_no_length(unsigned marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

struct Segment {
  unsigned marker = 0;
  std::uint64_t offset = 0;  // of what it holds
  std::size_t size = 0;      // of what it holds
};

// The next segment at `offset`. Bytes between segments that are no marker are not an error of their own.
Segment next_segment(const InputFile& file, std::uint64_t offset) {
  std::array<std::byte, 4> head{};
  unsigned marker = 0;
  for (int skipped = 0; marker == 0 && skipped < kMostSegments; ++skipped) {
    if (file.read_some(offset, std::span(head).first(2)) < 2)
      fail(file, "ends before its first row: it was cut short");
    const unsigned second = std::to_integer<unsigned>(head[1]);
    if (head[0] == std::byte{0xFF} && second != 0xFF && second != 0) marker = second;
    offset += marker != 0 ? 2 : 1;
  }
  if (marker == 0) fail(file, fmt::format("is damaged near byte {}: no segment begins there", offset));
  if (has_no_length(marker) || marker == kEoi) return {marker, offset, 0};
  if (file.read_some(offset, std::span(head).first(2)) < 2)
    fail(file, "ends within a segment: it was cut short");
  const unsigned length = number(head, 0, 2);
  if (length < 2)
    fail(file, fmt::format("is damaged near byte {}: a segment has the length {}", offset, length));
  return {marker, offset + 2, length - 2};
}

int orientation_in(const InputFile& file, const Segment& segment) {
  std::vector<std::byte> content(segment.size);
  content.resize(file.read_some(segment.offset, content));
  if (content.size() < 6 || std::memcmp(content.data(), "Exif\0\0", 6) != 0) return 0;
  return exif_orientation(std::span(content).subspan(6));
}

// Kinds that no common program writes for pictures to look at.
void check_kind(const InputFile& file, unsigned marker, unsigned bits) {
  if (marker == 0xC3 || marker == 0xC7 || marker == 0xCB || marker == 0xCF)
    fail(file, "is lossless (JPEG-LS of 1992), which is not read; convert it to PNG");
  if ((marker >= 0xC5 && marker <= 0xC7) || (marker >= 0xCD && marker <= 0xCF))
    fail(file, "is hierarchical, which is not read; convert it to PNG");
  if (bits != 8)
    fail(file,
         fmt::format("has {} bits for each color, which is not read; expected 8; convert it to PNG", bits));
}

void read_frame(const InputFile& file, const Segment& segment, ImageFacts& facts) {
  std::array<std::byte, 6> frame{};
  if (segment.size < 6 || file.read_some(segment.offset, frame) < 6)
    fail(file, "ends within its frame header (SOF): it was cut short");
  check_kind(file, segment.marker, number(frame, 0, 1));
  facts.height = number(frame, 1, 2);
  facts.width = number(frame, 3, 2);
  const unsigned components = number(frame, 5, 1);
  if (facts.height == 0)
    fail(file, "has the height 0: it is told after the pixels (DNL), which is not read; convert it to PNG");
  if (facts.width == 0) fail(file, "is damaged: it has the width 0");
  if (components != 1 && components != 3 && components != 4)
    fail(file, fmt::format("has {} components; expected 1 (gray), 3 (colors) or 4 (CMYK)", components));
  facts.cmyk = components == 4;
  facts.channels = components == 1 ? 1 : 3;
  facts.interlaced = segment.marker == 0xC2 || segment.marker == 0xCA;
}

}  // namespace

ImageFacts jpeg_facts(const InputFile& file) {
  ImageFacts facts{.kind = "JPEG"};
  std::uint64_t offset = 2;  // after the start of the image
  for (int i = 0; i < kMostSegments; ++i) {
    const Segment segment = next_segment(file, offset);
    if (is_frame(segment.marker)) {
      read_frame(file, segment, facts);
      return facts;
    }
    if (segment.marker == kSos || segment.marker == kEoi)
      fail(file, "is damaged: its pixels come before a frame header (SOF), or there is none");
    if (segment.marker == kApp1) {
      if (const int orientation = orientation_in(file, segment)) facts.orientation = orientation;
    }
    offset = segment.offset + segment.size;
  }
  fail(file, fmt::format("has more than {} segments before its pixels", kMostSegments));
}

// Each block of 8 x 8 takes at least a bit in the file.
void check_jpeg_size(const InputFile& file, const ImageFacts& facts) {
  constexpr std::int64_t kPixelsOfByte = 8 * 64;
  if (facts.height * facts.width / kPixelsOfByte <= static_cast<std::int64_t>(file.size())) return;
  fail(file, fmt::format("declares {} x {} pixels, too many for its {} bytes; it was cut short", facts.width,
                         facts.height, file.size()));
}

}  // namespace luge::io
