// Pictures of files as values of records, and files in fingerprints.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "data/fingerprint.h"
#include "luge/io/image.h"

namespace luge::data {

/// Writes the channels one after the other.
void write_planes(const io::Image& image, std::span<std::byte> to);
/// Adds name, size and time of change of a file.
void add_file(Fingerprint& hash, const std::string& path);

}  // namespace luge::data
