// The frame of a record: u64 length, masked CRC-32C of it, the bytes, and their masked CRC-32C.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace luge::io {

inline constexpr std::size_t kRecordHead = 12, kRecordTail = 4;
/// More than any message has; what says that it is longer is damaged.
inline constexpr std::uint64_t kMaxRecordBytes = std::uint64_t{1} << 31;

void append_record(std::string& to, std::string_view bytes);

/// The length that a head gives; nothing when it is damaged.
std::optional<std::uint64_t> record_length(std::string_view head);
/// Whether the bytes have the checksum that follows them.
bool record_is_right(std::string_view bytes, std::string_view tail);

}  // namespace luge::io
