// image-folder: pictures in a folder for each class.
#include "experiment/bad_files.h"
#include "experiment/picture_keys.h"

namespace luge::experiment {
namespace {

Recognition recognize(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return Recognition::no();
  const std::string missing = data::why_no_image_folder(path);
  return missing.empty() ? Recognition::yes() : Recognition::almost(missing);
}

DataSet read_pictures(const DataPath& data, const data::BadFile& bad) {
  const auto keys = read<PictureKeys>(data.config);
  data::ImageFolderOptions options{
      .pictures = {keys.size.height, keys.size.width, keys.color_mode, keys.resize_filter},
      .on_bad = read<BadFileKeys>(data.config).on_bad,
      .memory = static_cast<std::int64_t>(read<PictureFileKeys>(data.config).keep_decoded.count),
      .classes = data.layout.classes,
      .bad = bad};
  if (data.layout.pictures) options.pictures = *data.layout.pictures;  // as a network was trained
  data::ImageFolder folder = data::image_folder(data.path, options);
  DataSet set{.name = data.name(),
              .train = std::move(folder.train),
              .test = std::move(folder.test),
              .valid = std::move(folder.validation)};
  set.stratified = true;
  set.notes = std::move(folder.notes);
  if (folder.pictures.height > 0) set.recipe = data::Recipe({data::steps::picture(folder.pictures)});
  return set;
}

DataSet read_images(const DataPath& data) {
  return with_bad_files(data, [&](const data::BadFile& bad) { return read_pictures(data, bad); });
}

const bool added_image_folder =
    add_data_reader("image-folder", "PNG, JPEG and BMP pictures in a folder for each class",
                    {.recognize = recognize,
                     .read = read_images,
                     .keys = joined(keys_of<BadFileKeys>(), keys_of<PictureFileKeys>())});

}  // namespace
}  // namespace luge::experiment
