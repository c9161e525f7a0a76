// contours: the level lines of a function of two numbers, and paths over them, such as those of optimizers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "luge/draw/color.h"
#include "luge/draw/figure.h"

namespace luge::draw {

/// A line through points, with a dot at each.
struct Path {
  std::string label;                ///< the text of the legend; paths with one label have one color
  std::vector<double> x;            ///< the first coordinates; NaN and infinities are gaps
  std::vector<double> y;            ///< the second coordinates, one for each of the first
  std::optional<Color> color = {};  ///< the color; empty: that of the label
};

/// A point with a text, such as a minimum.
struct Spot {
  double x = 0;            ///< the first coordinate
  double y = 0;            ///< the second coordinate
  std::string label = {};  ///< the text next to it
  bool crossed = false;    ///< a cross; false: a ring
};

/// A function of two numbers over a rectangle, and what is drawn over it.
struct Landscape {
  std::string title = {};                             ///< the text above it
  std::function<double(double x, double y)> at = {};  ///< the function; where it is not finite, no lines are
  double x_low = -1;                                  ///< where the horizontal axis begins
  double x_high = 1;                                  ///< where it ends
  double y_low = -1;                                  ///< where the vertical axis begins
  double y_high = 1;                                  ///< where it ends
  std::vector<double> levels = {};  ///< the values of the lines; empty: 12, denser near the least
  std::vector<Path> paths = {};     ///< the paths, in the order in which they are drawn
  std::vector<Spot> spots = {};     ///< the points, over the paths
  std::string x_label = {};         ///< the text below the horizontal axis
};

/// Options of contours.
struct ContoursOptions {
  std::string title = {};         ///< the text above all landscapes
  double width = 460;             ///< the width of one, with its labels
  double height = 380;            ///< the height of one, with its labels
  std::int64_t resolution = 120;  ///< points in each direction at which the function is computed
};

/// Draws landscapes next to each other, with one legend for all paths. What of a path is outside of its
/// landscape is cut off. Level lines are found by marching squares, linear between the points. Throws
/// ValueError when there are no landscapes, one has no function or an axis that does not go up, x and y of a
/// path differ in size, the size of one is below 120 x 90, or the resolution is below 2, and StateError when
/// this build or this machine does not have Cairo and Pango.
Figure contours(const std::vector<Landscape>& landscapes, const ContoursOptions& options = {});

}  // namespace luge::draw
