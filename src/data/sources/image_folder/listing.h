// The files of a folder of pictures: which classes and parts it has, and what is left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "luge/data/image_folder.h"

namespace luge::data {

struct PictureFile {
  std::string name;  // from the folder on: "train/cat/1.jpg"
  std::int64_t label = 0;
  std::int64_t height = 0, width = 0, channels = 0;
  std::uint64_t bytes = 0;
};

struct PicturePart {
  std::string name;  // "train", "validation", "test"; empty where there are no parts
  std::vector<PictureFile> files;
};

struct PictureListing {
  std::vector<std::string> classes;
  std::vector<PicturePart> parts;  // the one to train on is first
  std::vector<std::string> notes;
};

/// Reads the headers of all pictures, and with OnBadFile::skip their pixels. Throws as image_folder does.
PictureListing list_pictures(const std::filesystem::path& folder, const ImageFolderOptions& options);

}  // namespace luge::data
