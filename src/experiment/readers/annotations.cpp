// voc, coco, yolo and masks: folders of pictures with boxes, masks and points.
#include "luge/data/annotations.h"
#include "luge/data/picture_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "experiment/bad_files.h"
#include "experiment/picture_keys.h"
#include "experiment/readers/folder_options.h"
#include "experiment/readers/part_folders.h"
#include "luge/error.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

constexpr int kRank = 20;  // above mere pictures

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}
bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

using Load = std::function<std::optional<data::Dataset>(const std::string& part)>;

std::optional<data::Dataset> first_of(const std::vector<std::string>& names, const Load& load) {
  for (const std::string& name : names) {
    if (std::optional<data::Dataset> found = load(name)) return found;
  }
  return std::nullopt;
}

using Notes = std::vector<std::string>;

// The parts that are there, or all as one when there are none, with what the loading added to the notes.
DataSet parts_of(const DataPath& data, const Load& load, const std::function<data::Dataset()>& whole,
                 const Notes& notes = {}) {
  std::optional<data::Dataset> train = first_of(kTrainNames, load);
  DataSet set{data.name(), train ? *train : whole()};
  if (train) set.valid = first_of(kValidNames, load), set.test = first_of(kTestNames, load);
  set.notes = notes;
  return set;
}

// What is left out or clipped goes to the notes, which must live as long as data is loaded.
data::AnnotationOptions options_of(const DataPath& data, Notes& notes, const data::BadFile& bad) {
  data::AnnotationOptions options;
  options.masks = read<CocoKeys>(data.config).masks;
  options.tell = [&notes](const std::string& note) { notes.push_back(note); };
  options.base = static_cast<int>(read<VocKeys>(data.config).base);
  options.empty_boxes = read<BoxKeys>(data.config).empty_boxes;
  options.classes = data.layout.classes;
  options.bad = bad;
  options.name = data.name();
  return options;
}

DataSet read_voc(const DataPath& data, const data::BadFile& bad) {
  Notes notes;
  const data::AnnotationOptions options = options_of(data, notes, bad);
  return parts_of(
      data,
      [&](const std::string& part) -> std::optional<data::Dataset> {
        if (!is_file(data.path / "ImageSets" / "Main" / (part + ".txt"))) return std::nullopt;
        return data::voc(data.path, part, options);
      },
      [&] { return data::voc(data.path, "", options); }, notes);
}

Recognition is_voc(const fs::path& path) {
  if (!is_folder(path / "Annotations")) return Recognition::no();
  return is_folder(path / "JPEGImages") ? Recognition::yes()
                                        : Recognition::almost("has Annotations, but no folder JPEGImages");
}

// train/_annotations.coco.json with the pictures next to it, or annotations/instances_train*.json with the
// pictures in a folder of the rest of that name.
std::optional<std::pair<fs::path, fs::path>> coco_files(const fs::path& folder, const std::string& part) {
  if (const fs::path file = folder / part / "_annotations.coco.json"; is_file(file))
    return std::pair(file, folder / part);
  if (!is_folder(folder / "annotations")) return std::nullopt;
  const std::string start = "instances_" + part;
  for (const auto& entry : fs::directory_iterator(folder / "annotations")) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with(start) || entry.path().extension() != ".json") continue;
    const fs::path own = folder / name.substr(std::string("instances_").size());
    return std::pair(entry.path(), is_folder(own) ? own : folder / "images");
  }
  return std::nullopt;
}
fs::path single_coco(const fs::path& folder) {
  for (const char* name : {"annotations.json", "_annotations.coco.json"}) {
    if (is_file(folder / name)) return folder / name;
  }
  return {};
}

DataSet read_coco(const DataPath& data, const data::BadFile& bad) {
  Notes notes;
  const data::AnnotationOptions options = options_of(data, notes, bad);
  return parts_of(
      data,
      [&](const std::string& part) -> std::optional<data::Dataset> {
        const auto files = coco_files(data.path, part);
        if (!files) return std::nullopt;
        return data::coco(files->first, files->second, options);
      },
      [&] {
        const fs::path file = single_coco(data.path);
        if (file.empty())
          throw FileError(fmt::format("{}: has no annotations.json and no annotations/instances_train*.json",
                                      data.path.string()));
        return data::coco(file, is_folder(data.path / "images") ? data.path / "images" : data.path, options);
      },
      notes);
}

Recognition is_coco(const fs::path& path) {
  const bool parts = std::any_of(kTrainNames.begin(), kTrainNames.end(),
                                 [&](const std::string& part) { return coco_files(path, part).has_value(); });
  return parts || !single_coco(path).empty() ? Recognition::yes() : Recognition::no();
}

bool has_pair(const fs::path& folder, const std::string& part, const char* other) {
  return (is_folder(folder / part / "images") && is_folder(folder / part / other)) ||
         (is_folder(folder / "images" / part) && is_folder(folder / other / part));
}
Recognition is_pair(const fs::path& path, const char* other) {
  const bool parts = std::any_of(kTrainNames.begin(), kTrainNames.end(),
                                 [&](const std::string& part) { return has_pair(path, part, other); });
  return parts || has_pair(path, "", other) ? Recognition::yes() : Recognition::no();
}

DataSet read_yolo(const DataPath& data, const data::BadFile& bad) {
  Notes notes;
  const data::AnnotationOptions options = options_of(data, notes, bad);
  return parts_of(
      data,
      [&](const std::string& part) -> std::optional<data::Dataset> {
        if (!has_pair(data.path, part, "labels")) return std::nullopt;
        return data::yolo(data.path, part, options);
      },
      [&] { return data::yolo(data.path, "", options); }, notes);
}

DataSet read_masks(const DataPath& data, const data::BadFile& bad) {
  data::MaskOptions options;
  options.bad = bad;
  options.name = data.name();
  options.classes = data::mask_classes(data.path);
  // Whether pictures have colors, the first part says for all.
  const auto load = [&](const fs::path& folder, const std::string& part = "") {
    options.part = part;
    const data::Dataset loaded = data::mask_folder(folder, options);
    options.channels = loaded.info().fields.at(data::kImage).shape[0];
    return loaded;
  };
  return parts_of(
      data,
      [&](const std::string& part) -> std::optional<data::Dataset> {
        if (!has_pair(data.path, part, "masks")) return std::nullopt;
        return is_folder(data.path / part / "images") ? load(data.path / part) : load(data.path, part);
      },
      [&] { return load(data.path); });
}

// The reader, told the files that cannot be read.
template <class Read>
auto skipping(const Read& read) {
  return [read](const DataPath& data) {
    return with_bad_files(data, [&](const data::BadFile& bad) { return read(data, bad); });
  };
}

const bool added_annotations =
    add_data_reader("voc",
                    "pictures with boxes in the layout of Pascal VOC: Annotations, JPEGImages, ImageSets",
                    {.recognize = is_voc,
                     .read = skipping(read_voc),
                     .rank = kRank,
                     .keys = joined(keys_of<VocKeys>(), keys_of<BoxKeys>(), keys_of<PictureFileKeys>(),
                                    keys_of<BadFileKeys>())}) &&
    add_data_reader("coco", "pictures with boxes, masks and points in the JSON format of COCO",
                    {.recognize = is_coco,
                     .read = skipping(read_coco),
                     .rank = kRank,
                     .keys = joined(keys_of<BoxKeys>(), keys_of<CocoKeys>(), keys_of<PictureFileKeys>(),
                                    keys_of<BadFileKeys>())}) &&
    add_data_reader(
        "yolo", "pictures with boxes in text files: images, labels, and data.yaml or classes.txt",
        {.recognize = [](const fs::path& path) { return is_pair(path, "labels"); },
         .read = skipping(read_yolo),
         .rank = kRank,
         .keys = joined(keys_of<BoxKeys>(), keys_of<PictureFileKeys>(), keys_of<BadFileKeys>())}) &&
    add_data_reader("masks", "pictures and the classes of their pixels: the folders images and masks",
                    {.recognize = [](const fs::path& path) { return is_pair(path, "masks"); },
                     .read = skipping(read_masks),
                     .rank = kRank,
                     .keys = joined(keys_of<PictureFileKeys>(), keys_of<BadFileKeys>())});

}  // namespace
}  // namespace luge::experiment
