#include "io/image/file_kind.h"

#include <algorithm>
#include <array>

#include "core/utf8.h"
#include "io/files/input_file.h"
#include "luge/io/image.h"

namespace luge::io {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  std::string_view kind;
};

constexpr std::array kMagics = {
    Magic{"\x89PNG\r\n\x1a\n"sv, "PNG"},
    Magic{"\xFF\xD8\xFF"sv, "JPEG"},
    Magic{"GIF8"sv, "GIF"},
    Magic{"BM"sv, "BMP"},
    Magic{"II*\0"sv, "TIFF"},
    Magic{"MM\0*"sv, "TIFF"},
    Magic{"\x1F\x8B"sv, "gzip"},
    Magic{"PK\x03\x04"sv, "ZIP"},
    Magic{"\x93NUMPY"sv, "NPY"},
    Magic{"\x89HDF\r\n\x1a\n"sv, "HDF5"},
    Magic{"%PDF"sv, "PDF"},
    Magic{"<svg"sv, "SVG"},
};

// The last letter may be cut by the end of what was read.
bool is_text(std::string_view head) {
  const std::size_t bad = first_invalid_utf8(head);
  if (bad != std::string_view::npos && (head.size() < kHeadBytes || bad + 4 <= head.size())) return false;
  return std::none_of(head.begin(), head.end(), [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 && "\t\n\r\f"sv.find(letter) == std::string_view::npos;
  });
}

}  // namespace

std::string_view kind_of(std::span<const std::byte> bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (head.empty()) return "empty";
  for (const Magic& magic : kMagics) {
    if (head.starts_with(magic.bytes)) return magic.kind;
  }
  if (head.starts_with("RIFF") && head.size() >= 12) {
    if (head.substr(8, 4) == "WEBP") return "WebP";
    if (head.substr(8, 4) == "WAVE") return "WAV";
  }
  const bool idx = head.size() >= 4 && head.substr(0, 2) == "\0\0"sv && head[2] >= 8 && head[2] <= 14 &&
                   head[3] > 0 && head[3] < 9;
  if (idx) return "IDX";
  if (head.size() > 8 && head[8] == '{' && head.substr(4, 4) == "\0\0\0\0"sv) return "safetensors";
  return is_text(head) ? "text" : "unknown";
}

std::string_view kind_of(const InputFile& file) {
  std::array<std::byte, kHeadBytes> head;
  return kind_of(std::span(head).first(file.read_some(0, head)));
}

std::string_view detect_file_kind(const std::string& path) { return kind_of(InputFile(path)); }

}  // namespace luge::io
