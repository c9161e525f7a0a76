// Finds the kind of a file from its first bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace luge::io {

class InputFile;

/// `head` are the first bytes of the file, up to kHeadBytes of them.
std::string_view kind_of(std::span<const std::byte> head);
std::string_view kind_of(const InputFile& file);

inline constexpr std::size_t kHeadBytes = 512;

}  // namespace luge::io
