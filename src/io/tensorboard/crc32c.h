// CRC-32C (Castagnoli, polynomial 0x1EDC6F41), and its masked form in record files.
#pragma once

#include <cstdint>
#include <string_view>

namespace luge::io {

std::uint32_t crc32c(std::string_view bytes);
/// Rotated and moved, so that the checksum of bytes that hold checksums is not weak.
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace luge::io
