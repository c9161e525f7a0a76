#include "cli/picture_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <system_error>

#include "luge/error.h"

namespace luge::cli {

std::string file_word(std::string_view label) {
  std::string word(label);
  for (char& c : word)
    c = std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? static_cast<char>(std::tolower(c)) : '_';
  return word;
}

std::string numbered_word(std::size_t k, const std::filesystem::path& input) {
  return fmt::format("{:05}-{}", k, file_word(input.stem().string()));
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot make the folder: {}", folder.string(), error.message()));
}

void check_folder_or_figure(const Arguments& arguments, const char* key, const std::string& path) {
  constexpr std::string_view others[] = {".gif", ".jpg",  ".jpeg", ".bmp", ".webp",
                                         ".tif", ".tiff", ".pdf",  ".eps"};
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::error_code error;
  if (std::ranges::find(others, ending) == std::end(others) || std::filesystem::is_directory(path, error))
    return;
  arguments.refuse(key, "a folder, or a file name that ends with .png or .svg");
}

}  // namespace luge::cli
