// Pictures with boxes, masks and points: Pascal VOC, COCO, YOLO, and folders of pictures and masks.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "luge/data/bad_file.h"
#include "luge/data/dataset.h"

namespace luge::data {

/// What is done with a box that has no area.
enum class EmptyBox : std::uint8_t {
  drop,  ///< it is left out, and that is told
  stop,  ///< an error that names file and line
};

/// Options of voc, coco and yolo.
struct AnnotationOptions {
  /// The class names in the order of the labels. Empty: those of the files; of VOC, the names that occur in
  /// all annotation files, in ascending order. A class that is not among them is an error.
  std::vector<std::string> classes = {};
  /// The coordinate of the leftmost pixel in VOC files, 1 or 0. With 1, a box reaches from the beginning of
  /// pixel xmin to the end of pixel xmax, as the VOC tools count; with 0, xmin and xmax are corners.
  int base = 1;
  EmptyBox empty_boxes = EmptyBox::drop;  ///< what is done with a box without area
  bool masks = false;                     ///< COCO: add the field "mask" of polygons and run lengths
  std::int64_t channels = 3;              ///< the channels of pictures, 1 or 3
  /// Is told what was dropped, clipped or missing, one line each.
  std::function<void(const std::string&)> tell = {};
  BadFile bad = {};  ///< is told pictures and annotation files that cannot be read
  std::string name =
      {};  ///< the name of the data set; empty: that of the folder, or of the file without its ending
};

/// Reads a folder in the layout of Pascal VOC: Annotations/*.xml, JPEGImages, and with `part` the names in
/// ImageSets/Main/PART.txt; without it all annotations in the order of their names. Records are "image"
/// u8[channels,?,?], "boxes" f32[?,4] (x1, y1, x2, y2 in pixels, x2 and y2 exclusive), "labels" i64[?],
/// "difficult" and "truncated" u8[?]. Boxes are clipped to the picture. The files are parsed without entities
/// and without access to the network. Throws FileError for a missing file, FormatError naming file and line,
/// ValueError for a wrong option, and when a picture is read FormatError when its size is not that of its
/// file.
Dataset voc(const std::filesystem::path& folder, const std::string& part = "",
            const AnnotationOptions& options = {});

/// Reads annotations in the JSON format of COCO, whose pictures are in `pictures`: "image", "boxes", "labels"
/// and "crowd" u8[?]; with masks "mask" i64[?,?], the label plus 1 of the last object that covers a pixel, or
/// 0; and, when the file has keypoints, "points" f32[?,3] of all objects one after the other: x, y, and 1 for
/// a labeled point (visible or not), otherwise 0. Classes are the categories in the order of their ids. A
/// picture without annotations has no boxes. Throws as voc does, and FormatError naming the annotation for an
/// id that does not exist or is there twice and for a file name with a path out of the folder.
Dataset coco(const std::filesystem::path& file, const std::filesystem::path& pictures,
             const AnnotationOptions& options = {});

/// Reads a folder in the layout of YOLO: PART/images and PART/labels, images/PART and labels/PART, or, for an
/// empty part, images and labels. A label file has a line "class x y width height" for each box, relative to
/// the picture, with classes from 0; an empty or missing one is a picture without boxes. Class names are
/// those of data.yaml (names as a list or by number) or classes.txt. Records are "image", "boxes" and
/// "labels". Throws as voc does.
Dataset yolo(const std::filesystem::path& folder, const std::string& part = "",
             const AnnotationOptions& options = {});

/// What the pixels of mask files mean.
enum class MaskPixels : std::uint8_t {
  automatic,  ///< as binary when the first 16 masks hold nothing but 0 and 255, otherwise as classes
  binary,     ///< 0, and 255 for the one class
  classes,    ///< the number of the class
};
/// Red, green and blue.
using MaskColor = std::array<std::uint8_t, 3>;
/// The classes of masks.
struct MaskClasses {
  std::vector<std::string> names = {};  ///< the names in the order of the numbers; empty: not known
  std::vector<MaskColor> colors = {};   ///< the color of each class; empty: pixels are numbers
};
/// Reads the classes of masks from the file labelmap.txt of a folder, which has a line "NAME:RED,GREEN,BLUE"
/// for each class (CVAT writes it), or else from classes.txt, which has a name in each line. Class 0 is
/// first. Empty when there is no such file. Throws FormatError naming file and line.
MaskClasses mask_classes(const std::filesystem::path& folder);

/// Options of mask_folder.
struct MaskOptions {
  MaskPixels pixels = MaskPixels::automatic;  ///< what pixels mean
  /// The channels of pictures, 1 or 3; 0: 3 where one of the first 16 pictures has colors, else 1.
  std::int64_t channels = 0;
  MaskClasses classes = {};  ///< the classes; no names: those of the folder's file, see mask_classes
  BadFile bad = {};          ///< is told pictures and masks that cannot be read
  std::string name = {};     ///< the name of the data set; empty: that of the folder
  std::string part = {};     ///< a folder inside images and inside masks; empty: the files are in them
};
/// Reads a folder with images and masks, whose names without extension are equal: "image" u8[channels,h,w]
/// and "mask" u8[h,w], with the number of the class of each pixel. Where classes have colors, a pixel of a
/// mask has the color of its class, also by a palette. Extents are known when all files state the same.
/// Throws FileError for a picture without mask and for a mask without picture, and FormatError, when it is
/// read, for a mask of another size, with a value or a color that is not a class, and for colors without such
/// a file.
Dataset mask_folder(const std::filesystem::path& folder, const MaskOptions& options = {});

}  // namespace luge::data
