// text-folder: texts in files of their own, in a folder for each class.
#include "experiment/bad_files.h"
#include "experiment/picture_keys.h"
#include "experiment/readers/part_folders.h"
#include "luge/data/text_files.h"

namespace luge::experiment {
namespace {

Recognition recognize_text_folder(const std::filesystem::path& path) {
  return data::why_no_text_folder(training_folder(path)).empty() ? Recognition::yes() : Recognition::no();
}

DataSet read_text_folder(const DataPath& data) {
  return with_bad_files(data, [&](const data::BadFile& bad) {
    std::vector<std::string> classes = data.layout.classes;  // the other parts have those of the training
    return of_part_folders(data, [&](const std::filesystem::path& folder) {
      data::Dataset part = data::text_folder(folder, {.name = data.name(), .classes = classes}, bad);
      classes = part.info().classes;
      return part;
    });
  });
}

const bool added_text_folder =
    add_data_reader("text-folder", "texts in files of their own (*.txt), in a folder for each class",
                    {.recognize = recognize_text_folder,
                     .read = read_text_folder,
                     .rank = 1,
                     .keys = keys_of<BadFileKeys>()});

}  // namespace
}  // namespace luge::experiment
