// picture_grid: pictures with captions, and what was found in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "luge/draw/color.h"
#include "luge/draw/figure.h"
#include "luge/io/image.h"

namespace luge::draw {

/// A rectangle on a picture, in pixels of the picture.
struct Box {
  double x = 0;                      ///< the left edge
  double y = 0;                      ///< the upper edge
  double width = 0;                  ///< the width, 0 or more
  double height = 0;                 ///< the height, 0 or more
  std::string label = {};            ///< the name of what is in it
  std::optional<double> score = {};  ///< how sure that is, from 0 to 1
  std::int64_t color = 0;            ///< the index of color_of, such as the class
};

/// A region of a picture.
struct Mask {
  std::vector<std::uint8_t> inside;  ///< for each pixel of the picture, row by row: 0 or not 0
  std::int64_t color = 0;            ///< the index of color_of, such as the class
  std::string label = {};            ///< what it is; the names of all regions are below the pictures
};

/// A position on a picture, in pixels of the picture; the center of the upper left pixel is (0.5, 0.5).
struct Dot {
  double x = 0;            ///< the distance from the left edge
  double y = 0;            ///< the distance from the upper edge
  std::string label = {};  ///< the text next to it
  std::int64_t color = 0;  ///< the index of color_of, such as the class
};

/// A picture of a grid.
struct Picture {
  io::Image image;                          ///< the pixels
  std::string caption = {};                 ///< the text below it; its lines are broken once
  std::optional<Color> caption_color = {};  ///< the color of the text; empty: black
  std::vector<Box> boxes = {};              ///< rectangles on it
  std::vector<Mask> masks = {};             ///< regions of it
  std::vector<Dot> dots = {};               ///< positions on it
};

/// Options of picture_grid.
struct PictureGridOptions {
  std::string title = {};    ///< the text above all pictures
  std::int64_t columns = 0;  ///< pictures in a row; 0: about as many as there are rows, at most 8
  double cell =
      0;  ///< the larger extent of a picture; 0: 128, or 320 with boxes, masks or dots on one of them
};

/// Draws pictures in rows. The pixels of pictures up to 64 x 64 stay squares. Throws ValueError when there
/// are no pictures, an image or a mask does not have the right number of pixels, or a box is not finite or
/// has a negative extent, and StateError when this build or this machine does not have Cairo and Pango.
Figure picture_grid(const std::vector<Picture>& pictures, const PictureGridOptions& options = {});

}  // namespace luge::draw
