// picture-names and picture-table: folders of pictures whose names say what is written in them, or whose
// table says numbers or points of them.
#include "luge/data/told_pictures.h"

#include <fmt/format.h>

#include "experiment/bad_files.h"
#include "experiment/picture_keys.h"
#include "experiment/readers/part_folders.h"
#include "luge/data/captcha.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

using Load = data::ToldPictures (*)(const fs::path&, const data::ToldPicturesOptions&);

// Validation and test get the size and the colors of the training part.
DataSet read_with(const DataPath& data, Load load, const data::BadFile& bad) {
  const auto keys = read<PictureKeys>(data.config);
  std::vector<std::string> notes;
  data::ToldPicturesOptions options{
      .pictures = {keys.size.height, keys.size.width, keys.color_mode, keys.resize_filter},
      .bad = bad,
      .tell = [&notes](const std::string& note) { notes.push_back(note); },
      .name = data.name()};
  if (data.layout.pictures) options.pictures = *data.layout.pictures;  // as a network was trained
  DataSet set = of_part_folders(data, [&](const fs::path& folder) {
    data::ToldPictures found = load(folder, options);
    options.pictures = found.pictures;
    return found.data;
  });
  set.notes = std::move(notes);
  if (options.pictures.height > 0) set.recipe = data::Recipe({data::steps::picture(options.pictures)});
  return set;
}

bool says_text(const fs::path& file) {
  try {
    data::text_of_file_name(file.filename().string());
    return true;
  } catch (const FormatError&) {
    return false;
  }
}

// Most of the first pictures have such names. Their endings alone are looked at.
Recognition are_named(const fs::path& path) {
  constexpr int kLooked = 200;
  std::error_code error;
  if (!fs::is_directory(path, error) || data::why_no_image_folder(path).empty()) return Recognition::no();
  int pictures = 0, named = 0, looked = 0;
  fs::directory_iterator entry(training_folder(path), error);
  for (; !error && entry != fs::directory_iterator() && looked < kLooked; entry.increment(error), ++looked) {
    const std::string ending = entry->path().extension().string();
    if (ending != ".png" && ending != ".jpg" && ending != ".jpeg" && ending != ".bmp") continue;
    ++pictures, named += says_text(entry->path());
  }
  if (pictures == 0) return Recognition::no();
  return 2 * named > pictures
             ? Recognition::yes()
             : Recognition::almost("the names of its pictures do not say what is written in them");
}

Recognition has_table(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return Recognition::no();
  return data::why_no_picture_table(training_folder(path)).empty() ? Recognition::yes() : Recognition::no();
}

template <Load load>
DataSet read_told(const DataPath& data) {
  return with_bad_files(data, [&](const data::BadFile& bad) { return read_with(data, load, bad); });
}

const bool added_told_pictures =
    add_data_reader("picture-names", "pictures whose names say what is written in them, such as AB3xK.png",
                    {.recognize = are_named,
                     .read = read_told<data::text_pictures>,
                     .rank = 5,
                     .keys = keys_of<BadFileKeys>()}) &&
    add_data_reader("picture-table",
                    "pictures, and a CSV file with numbers or points (NAME_x, NAME_y) of each",
                    {.recognize = has_table,
                     .read = read_told<data::picture_table>,
                     .rank = 20,
                     .keys = keys_of<BadFileKeys>()});

}  // namespace
}  // namespace luge::experiment
