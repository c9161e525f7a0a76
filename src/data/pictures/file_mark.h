// Files in fingerprints, for data that is too large to be hashed.
#pragma once

#include <string>

#include "data/fingerprint.h"

namespace luge::data {

/// Adds name, size and time of change of a file.
void add_file(Fingerprint& hash, const std::string& path);

}  // namespace luge::data
