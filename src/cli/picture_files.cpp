#include "cli/picture_files.h"

#include <fmt/format.h>

#include <cctype>
#include <system_error>

#include "luge/error.h"

namespace luge::cli {

std::string file_word(std::string_view label) {
  std::string word(label);
  for (char& c : word)
    c = std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? static_cast<char>(std::tolower(c)) : '_';
  return word;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot make the folder: {}", folder.string(), error.message()));
}

}  // namespace luge::cli
