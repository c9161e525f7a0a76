// text_pictures: pictures whose names say what is written in them.
#include <fmt/format.h>

#include <algorithm>

#include "data/bad_files.h"
#include "data/pictures/annotated.h"
#include "data/sources/told_pictures/source.h"
#include "luge/data/captcha.h"
#include "luge/error.h"

namespace luge::data {
namespace fs = std::filesystem;

ToldPictures text_pictures(const fs::path& folder, const ToldPicturesOptions& options) {
  std::vector<fs::path> files;
  std::size_t others = 0;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    const bool picture = is_picture_name(path) && !path.filename().string().starts_with(".");
    picture ? files.push_back(path) : static_cast<void>(++others);
  }
  if (error) throw FileError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  std::sort(files.begin(), files.end());
  ToldSet set{.name = options.name.empty() ? folder_name(folder) : options.name,
              .field = "text",
              .of = Field::utf8()};
  for (const fs::path& file : files) {
    ToldPicture picture{.path = file.string(), .where = file.string(), .value = {}};
    const bool named = worked(options.bad, picture.path, [&] {
      try {
        picture.value = HostArray::of_text(text_of_file_name(file.filename().string()));
      } catch (const FormatError& problem) {
        throw FormatError((folder / problem.what()).string());  // it begins with the name
      }
    });
    if (named && look_at(picture, options.bad)) set.pictures.push_back(std::move(picture));
  }
  if (others > 0 && options.tell)
    options.tell(fmt::format("left out {} entries that are not named as pictures", others));
  return told_pictures(std::move(set), options);
}

}  // namespace luge::data
