// Texts in files of their own, in a folder for each class.
#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.h"
#include "data/bad_files.h"
#include "data/distinct.h"
#include "data/pictures/annotated.h"
#include "data/sources/lines.h"
#include "luge/data/text_files.h"

namespace luge::data {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostLooked = 200;  // files of a class that say what the folder is

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// The folders in a folder, sorted.
std::vector<fs::path> class_folders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->is_directory(error) && !is_hidden(at->path())) found.push_back(at->path());
  }
  std::ranges::sort(found);
  return found;
}

std::vector<fs::path> texts_of(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->is_regular_file(error) && at->path().extension() == ".txt" && !is_hidden(at->path()))
      found.push_back(at->path());
  }
  std::ranges::sort(found);
  return found;
}

// The whole text without blanks around it.
std::string text_in(const fs::path& file, std::int64_t longest) {
  const std::string path = file.string();
  const io::InputFile input(path);
  if (input.size() > static_cast<std::uint64_t>(longest))
    throw FormatError(
        fmt::format("{}: has {} bytes; expected a text of at most {}", path, input.size(), longest));
  std::string text(static_cast<std::size_t>(input.size()), '\0');
  input.read(0, std::as_writable_bytes(std::span(text)));
  const std::size_t bad = first_invalid_utf8(text);
  if (bad != std::string::npos)
    throw FormatError(fmt::format("{}, line {}: byte {} of the file is not UTF-8; expected UTF-8 text", path,
                                  line_of(text, bad), bad + 1));
  constexpr const char* blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string::npos) throw FormatError(fmt::format("{}: has no text", path));
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

class TextFolder final : public LinesSource {
 public:
  TextFolder(const fs::path& folder, const TextLinesOptions& options, const BadFile& bad) {
    std::vector<std::string> classes;  // of each text
    for (const fs::path& of : class_folders(folder)) {
      for (const fs::path& file : texts_of(of)) {
        std::string text;
        if (!worked(bad, file.string(), [&] { text = text_in(file, options.longest); })) continue;
        lines_.push_back({std::move(text), paths_.size(), 0, 0});
        paths_.push_back(file.string());
        classes.push_back(of.filename().string());
      }
    }
    if (lines_.empty())
      throw FormatError(
          fmt::format("{}: has no text; expected a folder for each class with files *.txt", folder.string()));
    info_.name = options.name.empty() ? folder_name(folder) : options.name;
    info_.fields = {{"text", Field::utf8()}};
    label_all(classes, options.classes);
  }
};

}  // namespace

std::string why_no_text_folder(const fs::path& folder) {
  std::size_t classes = 0;
  for (const fs::path& of : class_folders(folder)) {
    std::size_t looked = 0, texts = 0;
    std::error_code error;
    for (fs::directory_iterator at(of, error), end; !error && at != end && looked < kMostLooked;
         at.increment(error)) {
      if (is_hidden(at->path())) continue;
      ++looked;
      texts += at->path().extension() == ".txt" ? 1 : 0;
    }
    // Annotations of pictures are text files, too, and lie next to their pictures.
    if (texts > 0 && texts == looked) ++classes;
  }
  return classes >= 2 ? "" : "no two folders in it hold text files (*.txt) and nothing else";
}

Dataset text_folder(const fs::path& folder, const TextLinesOptions& options, const BadFile& bad) {
  check_distinct("text_folder", "classes", options.classes);
  if (options.longest < 1)
    throw ValueError(fmt::format("text_folder: longest is {}; expected 1 or more", options.longest));
  return Dataset(std::make_shared<TextFolder>(folder, options, bad));
}

}  // namespace luge::data
