// The JSON header of a safetensors file, both ways.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luge/io/safetensors.h"

namespace luge::io {

inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the format's own reader
inline constexpr std::string_view kMetadataKey = "__metadata__";
/// Metadata entry with XXH64 in hexadecimal: of the header without this entry, then of each tensor in data
/// order.
inline constexpr std::string_view kChecksumKey = "luge.xxh64";

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;  // in the order of their data
  std::map<std::string, std::string> metadata;
};

/// Parses and checks everything: the tensors must tile the `data_bytes` bytes after the header without hole
/// or overlap. Throws FormatError beginning with `where`.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& where);

/// Without padding.
std::string safetensors_header_text(std::span<const StoredTensor> tensors,
                                    const std::map<std::string, std::string>& metadata);

}  // namespace luge::io
