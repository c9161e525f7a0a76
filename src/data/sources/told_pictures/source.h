// A source of pictures with fields that are known beforehand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/told_pictures.h"

namespace luge::data {

struct ToldPicture {
  std::string path;
  std::string where;                                 // for errors: the file, or file and line of its row
  HostArray value;                                   // of the field `name` of the set
  std::int64_t height = 0, width = 0, channels = 0;  // of the file
};

struct ToldSet {
  std::string name;
  std::string field;  // "text", "target" or "points"
  Field of;           // that field
  std::vector<std::string> classes = {};
  std::vector<ToldPicture> pictures = {};
};

/// Reads the header of the picture, or with BadFile the whole picture. False where it cannot be read and that
/// was told.
bool look_at(ToldPicture& picture, const BadFile& bad);
/// The pictures as data. Throws FormatError when there are none.
ToldPictures told_pictures(ToldSet set, const ToldPicturesOptions& options);

}  // namespace luge::data
