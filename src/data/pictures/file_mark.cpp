#include "data/pictures/file_mark.h"

#include <filesystem>

namespace luge::data {

void add_file(Fingerprint& hash, const std::string& path) {
  std::error_code error;
  const std::filesystem::path file = path;
  hash.add(file.filename().string());
  hash.add(static_cast<std::uint64_t>(std::filesystem::file_size(file, error)));
  hash.add(
      static_cast<std::uint64_t>(std::filesystem::last_write_time(file, error).time_since_epoch().count()));
}

}  // namespace luge::data
