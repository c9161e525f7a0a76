// Folders of pictures: one folder for each class. And one picture file as a field of a record.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/bad_file.h"
#include "luge/data/dataset.h"
#include "luge/data/recipe.h"
#include "luge/io/resize.h"
#include "luge/options.h"

namespace luge::data {

/// The channels that pictures get.
enum class PictureColor : std::uint8_t {
  automatic,  ///< rgb where any picture has colors, else gray
  gray,       ///< one channel
  rgb,        ///< red, green and blue
  rgba        ///< red, green, blue and alpha
};

/// What pictures of different files become, so that a network can take them.
struct PictureOptions {
  std::int64_t height = 0;                               ///< the height in pixels; 0: that of the file
  std::int64_t width = 0;                                ///< the width in pixels; 0: that of the file
  PictureColor color = PictureColor::automatic;          ///< the channels
  io::ResizeFilter filter = io::ResizeFilter::bilinear;  ///< how pictures are resized
};

/// Reads a PNG, JPEG or BMP file as u8[channels,height,width], turned as EXIF says and then resized. The
/// proportions of width and height follow the wanted size. Throws as io::read_image does, and ValueError for
/// a negative extent and when only one of height and width is given.
///
///     data::HostArray picture = data::read_picture("cat.jpg", {.height = 64, .width = 64});
HostArray read_picture(const std::filesystem::path& file, const PictureOptions& options = {});

/// What happens with a file that should be a picture and cannot be read.
enum class OnBadFile : std::uint8_t {
  stop,  ///< an error that names it
  skip   ///< it is left out and named among the notes; every picture is decoded once to find them
};

/// Options of image_folder.
struct ImageFolderOptions {
  PictureOptions pictures = {};        ///< what pictures become
  OnBadFile on_bad = OnBadFile::stop;  ///< what happens with files that cannot be read
  /// Decoded pictures are kept in memory when all of them take at most this many bytes, and are decoded again
  /// in each epoch otherwise.
  std::int64_t memory = std::int64_t{1} << 30;
  /// Class names in the order of the labels, for example those of a trained network. Empty: the names of the
  /// folders in the order of their bytes.
  std::vector<std::string> classes = {};
  /// With OnBadFile::skip, is told each file that cannot be read, instead of a note that names the first
  /// ones.
  BadFile bad = {};
};

/// The parts that a folder of pictures has, and what was left out of it.
struct ImageFolder {
  Dataset train;                           ///< the part train, or all where there are no parts
  std::optional<Dataset> validation = {};  ///< the part val, valid or validation
  std::optional<Dataset> test = {};        ///< the part test
  /// What pictures became: height and width are those of all pictures, or 0 where they differ and no size was
  /// asked for; the color is never automatic.
  PictureOptions pictures = {};
  std::vector<std::string> notes = {};  ///< files and folders that were left out, and why, for people
};

/// Reads a folder with one folder of pictures for each class, or with the folders train, val (valid,
/// validation) and test, each of which has one for each class. Records have "input"
/// u8[channels,height,width], scaled to f32 in 0 … 1, and "target" i64[]. Classes are the names of folders in
/// the order of their bytes
/// ("10" comes before "9", "Z" before "a"); pictures are those in a folder and in all folders within it, in
/// the order of the bytes of their paths. Symbolic links are followed. Entries whose names begin with a dot
/// and files that are no pictures are left out and told in `notes`. Pictures are decoded when they are read.
/// The fingerprint covers names, sizes and bytes of all files. Throws FileError when the folder cannot be
/// read, FormatError without classes, for a class without pictures, for a class of another part that training
/// does not have, and for a file that cannot be read, and what read_picture throws.
///
///     auto digits = data::image_folder("sign-language-digits", {.pictures = {.height = 64, .width = 64}});
ImageFolder image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options = {});

/// Returns what keeps the folder from being one for image_folder, such as "has no folder with pictures";
/// empty text when nothing does. It looks at names and the first bytes of a few files.
std::string why_no_image_folder(const std::filesystem::path& folder);

namespace steps {
/// Makes pictures of the field "input" [channels,height,width], u8 or f32, this large and colored. Data that
/// are so already pass unchanged. A network that was trained on a folder of pictures has it in its recipe, so
/// that pictures of any size can be given to it. Throws ValueError when height or width is 0 or the color is
/// automatic.
StepRef picture(const PictureOptions& options);
}  // namespace steps

/// Returns the options of the first step `picture` of a recipe, or nothing when it has none.
std::optional<PictureOptions> picture_options(const Recipe& recipe);

}  // namespace luge::data

/// The names of what the channels of pictures become.
template <>
struct luge::options::Names<luge::data::PictureColor> {
  /// Each with its name.
  static constexpr std::pair<luge::data::PictureColor, const char*> all[] = {
      {luge::data::PictureColor::automatic, "auto"},
      {luge::data::PictureColor::gray, "gray"},
      {luge::data::PictureColor::rgb, "rgb"},
      {luge::data::PictureColor::rgba, "rgba"}};
};
/// The names of what happens with files that cannot be read.
template <>
struct luge::options::Names<luge::data::OnBadFile> {
  /// Each with its name.
  static constexpr std::pair<luge::data::OnBadFile, const char*> all[] = {
      {luge::data::OnBadFile::stop, "stop"}, {luge::data::OnBadFile::skip, "skip"}};
};
