// Folders of pictures of which a text, numbers or points are known: by the names of the files, or by a table.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "luge/data/bad_file.h"
#include "luge/data/dataset.h"
#include "luge/data/image_folder.h"

namespace luge::data {

/// Options of text_pictures and picture_table.
struct ToldPicturesOptions {
  PictureOptions pictures = {};  ///< what pictures become
  BadFile bad = {};              ///< is told files and rows that cannot be read
  /// Is told what was left out, one line each.
  std::function<void(const std::string&)> tell = {};
  std::string name = {};  ///< the name of the data set; empty: that of the folder
};

/// Pictures, and what they became.
struct ToldPictures {
  Dataset data;  ///< the records
  PictureOptions
      pictures;  ///< height and width of all pictures, or 0 where they differ; never automatic color
};

/// Reads a folder whose pictures have names that say what is written in them (text_of_file_name): "input"
/// u8[channels,height,width], scaled to f32 in 0 … 1, and "text", in the order of the names. Files that are
/// no pictures are left out and told. Throws FileError when the folder cannot be read, FormatError without
/// pictures, and, naming the file, FormatError for a name that says no text and for a picture that cannot be
/// read.
ToldPictures text_pictures(const std::filesystem::path& folder, const ToldPicturesOptions& options = {});

/// Reads a folder with one table (CSV) of its pictures. The column "file" (or filename, image, picture, path;
/// else the first one) names the pictures, which are in the folder or in its folder images. All other columns
/// are numbers. Where they are called NAME_x and NAME_y, and NAME_visible where there is one, they are points
/// in pixels from the upper left corner: records have "input" and "points" f32[points,3], and Info::classes
/// names the points; a point with empty cells, or with visible 0, is not labeled. Otherwise they have "input"
/// and "target" f32[columns]. Points move with pictures that are resized. Throws FileError and FormatError
/// naming file and line for a picture that is missing, named twice or out of the folder, for a cell that is
/// not a number, for a point outside of its picture, and for a column of points without its partner;
/// pictures without a row are left out and told.
ToldPictures picture_table(const std::filesystem::path& folder, const ToldPicturesOptions& options = {});

/// Returns what keeps the folder from being one for picture_table, such as "has no table"; empty text when
/// nothing does. It reads the first row.
std::string why_no_picture_table(const std::filesystem::path& folder);

}  // namespace luge::data
