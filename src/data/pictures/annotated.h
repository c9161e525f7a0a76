// Pictures with what is known about them: a source whose pictures are decoded when they are read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/pictures/areas.h"
#include "luge/data/annotations.h"
#include "luge/data/source.h"

namespace luge::data {

struct Annotated {
  std::string picture;                 // path
  std::string file;                    // of the annotations
  std::int64_t width = 0, height = 0;  // 0: as the picture has it
  bool relative = false;               // boxes are shares of width and height
  std::vector<float> boxes = {};       // four numbers each
  std::vector<std::int64_t> labels = {};
  std::vector<std::vector<std::uint8_t>> flags = {};  // one number for each box, by AnnotatedSet::flags
  std::vector<float> points = {};                     // three numbers each
  std::vector<Area> areas = {};                       // of each box, for masks
};

struct AnnotatedSet {
  std::string name;
  std::vector<std::string> classes;
  std::vector<std::string> flags;  // such as "boxes.difficult"
  bool points = false, masks = false;
  std::int64_t channels = 3;
  std::vector<Annotated> pictures;
};

std::shared_ptr<const Source> annotated_source(AnnotatedSet set);
/// Where there is a function that is told bad files, decodes every picture and leaves out those that cannot
/// be read or are not of the stated size.
void leave_out_bad(AnnotatedSet& set, const BadFile& bad);
/// Tells a picture that cannot be read, where its annotations cannot be read either.
void check_alone(const std::filesystem::path& picture, const BadFile& bad);

/// Counts what is dropped and clipped, and tells it at the end.
class BoxChecker {
 public:
  BoxChecker(const AnnotationOptions& options) : options_(options) {}
  /// Whether the box, in pixels, is kept; it is clipped to the picture where that is known. `where` names
  /// file and line.
  bool keep(std::span<float, 4> box, bool empty, double width, double height, const std::string& where);
  void note_missing(const std::string& what) {
    if (missing_++ == 0) first_missing_ = what;
  }
  void tell(const std::string& name) const;

 private:
  const AnnotationOptions& options_;
  std::int64_t clipped_ = 0, missing_ = 0;
  std::string first_clipped_, first_missing_;
};

/// The label of a class name. Throws FormatError that lists the classes.
std::int64_t label_of(const std::vector<std::string>& classes, const std::string& name,
                      const std::string& where);
/// Throws ValueError for options that are out of range.
void check_options(const AnnotationOptions& options);
/// The whole text of a file, at most `limit` bytes. Throws FileError and ValueError.
std::string text_of(const std::filesystem::path& file, std::uint64_t limit);
/// A file of this name and one of the extensions of pictures; empty when there is none.
std::filesystem::path picture_of(const std::filesystem::path& folder, const std::string& stem);
/// Whether the name ends like that of a picture.
bool is_picture_name(const std::filesystem::path& file);
/// The text without blanks and carriage returns around it.
std::string_view stripped(std::string_view text);
/// The line, counted from 1, in which a byte is.
std::int64_t line_of(std::string_view text, std::size_t offset);
/// The name of a folder, also of "a/b/".
std::string folder_name(const std::filesystem::path& folder);

}  // namespace luge::data
