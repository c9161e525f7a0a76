// Records as bytes, for caches.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "luge/data/source.h"

namespace luge::data {

/// All fields of a record: for each the extents of an unknown shape, and its elements.
std::vector<std::byte> packed(const Source& source, std::int64_t index);
/// Writes the fields that are wanted. Returns false when the bytes do not fit the fields.
bool unpack(std::span<const std::byte> bytes, const Schema& fields, Row& row);

}  // namespace luge::data
