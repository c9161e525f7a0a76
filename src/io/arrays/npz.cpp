// npz: the NPY files of a ZIP archive.
#include <fmt/format.h>

#include "io/arrays/npy_stream.h"
#include "io/files/zip_archive.h"
#include "luge/error.h"
#include "luge/io/npy.h"

namespace luge::io {

std::vector<std::pair<std::string, NpyArray>> read_npz(const std::string& path, const NpyLimits& limits) {
  // The headers of the arrays are not among the elements.
  constexpr std::uint64_t kHeader = 65536 + 12;
  ZipArchive archive(path,
                     {limits.max_bytes + limits.max_members * kHeader, limits.max_ratio, limits.max_members});
  std::vector<std::pair<std::string, NpyArray>> arrays;
  std::uint64_t left = limits.max_bytes;
  for (std::size_t k = 0; k < archive.members().size(); ++k) {
    const auto& [name, size] = archive.members()[k];
    if (!name.ends_with(".npy"))
      throw FormatError(fmt::format("{}: the member '{}' is not an NPY file", path, name));
    ZipArchive::Reader reader(archive, k);
    const ByteStream stream{fmt::format("{}: {}", path, name), size,
                            [&](std::span<std::byte> bytes) { return reader.read(bytes); }};
    arrays.emplace_back(name.substr(0, name.size() - 4), read_npy(stream, left));
    // Reading on to the end checks the checksum of the member.
    if (std::byte more; reader.read(std::span(&more, 1)) > 0)
      throw FormatError(fmt::format("{}: {} holds more than it states", path, name));
    left -= std::min<std::uint64_t>(left, arrays.back().second.bytes.size());
  }
  if (arrays.empty()) throw FormatError(fmt::format("{}: holds no arrays", path));
  return arrays;
}

}  // namespace luge::io
