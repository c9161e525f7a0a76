// What a path is called.
#pragma once

#include <filesystem>
#include <string>

namespace luge::io {

/// The last part of a path, also of one that ends in "/".
inline std::string last_part(const std::filesystem::path& path) {
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

}  // namespace luge::io
