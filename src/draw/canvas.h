// Canvas: what figures are drawn with. Figures know lines, rectangles, pictures and text; only src/draw/cairo
// knows how they reach a file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "luge/draw/color.h"
#include "luge/io/image.h"

namespace luge::draw {

inline constexpr Color kWhite{255, 255, 255}, kInk{38, 38, 38}, kGray{110, 110, 110}, kPale{228, 228, 228};

struct Point {
  double x = 0, y = 0;
};
struct Rect {
  double x = 0, y = 0, width = 0, height = 0;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
};
struct Extent {
  double width = 0, height = 0;
};

struct Stroke {
  Color color = kInk;
  double width = 1;
  std::vector<double> dashes = {};  // lengths of what is drawn and of what is not, in turn
  double alpha = 1;
};

enum class Align { left, center, right };
enum class Stand { top, middle, bottom };  // which part of the text is at the height of its point

struct Text {
  std::string text;
  double size = 11;  // of the font
  Color color = kInk;
  bool bold = false;
  std::string font = {};  // as Pango describes it, "DejaVu Serif Bold"; empty: that of figures
  Align align = Align::left;
  Stand stand = Stand::middle;
  double max_width = 0;  // 0: without bound; otherwise the text is broken into lines, and cut after the last
  int lines = 1;
  double degrees = 0;  // turned around its point, clockwise
};

/// Coordinates are in units of 1/96 inch from the upper left corner.
class Canvas {
 public:
  virtual ~Canvas() = default;

  /// The extent of a text before it is turned.
  virtual Extent measure(const Text& text) = 0;
  virtual void text(Point at, const Text& text) = 0;
  /// A line through the points.
  virtual void line(std::span<const Point> points, const Stroke& stroke) = 0;
  virtual void fill(const Rect& rect, Color color, double alpha = 1, double radius = 0) = 0;
  virtual void frame(const Rect& rect, const Stroke& stroke) = 0;
  virtual void disc(Point center, double radius, Color color, double alpha = 1) = 0;
  /// `smooth` mixes the pixels; otherwise each stays a square where the picture is enlarged.
  virtual void image(const io::Image& image, const Rect& rect, bool smooth) = 0;
  /// Draws what `draw` draws inside of the rectangle alone.
  virtual void clipped(const Rect& rect, const std::function<void()>& draw) = 0;

  /// The number of letters that no font of this machine has, of all texts so far.
  virtual std::int64_t missing_letters() const = 0;
  /// Ends the drawing. The content of a PNG or SVG file.
  virtual std::string finish() = 0;
};

/// A picture of width × height units; `scale` pixels for each unit.
std::unique_ptr<Canvas> png_canvas(Extent extent, double scale);
std::unique_ptr<Canvas> svg_canvas(Extent extent, const std::string& title);
/// A canvas to measure texts with. All of them throw StateError when this build, or this machine, does not
/// have Cairo and Pango.
std::unique_ptr<Canvas> ruler();

/// What `draw` draws on a white picture of width × height units.
io::Image drawn_pixels(Extent extent, double scale, const std::function<void(Canvas&)>& draw);
/// The names of the font families of this machine, in alphabetical order.
std::vector<std::string> font_families();

/// "Cairo 1.16.0, Pango 1.50.12". Throws as ruler.
std::string libraries();

}  // namespace luge::draw
