// Figure: a drawing that can be written as PNG or SVG.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace luge::draw {

/// Options of Figure::write and Figure::png.
struct PngOptions {
  double scale = 2;  ///< the pixels of a PNG for each unit of width and height; 2 is for HiDPI screens
};

/// A drawing on a white background. curves, confusion_matrix and picture_grid make figures; copies share what
/// is drawn. Text of any language is drawn as far as the fonts of the machine have its letters.
///
///     draw::curves({{.title = "loss", .lines = {{"training", losses}}}}).write("loss.png");
class Figure {
 public:
  /// Returns the width in units of 1/96 inch, which are the pixels of a screen without HiDPI.
  double width() const;
  /// Returns the height in the same units.
  double height() const;
  /// Returns the number of letters that no font has, which are drawn as boxes. On Debian the package
  /// fonts-wqy-microhei has Chinese, Japanese and Korean letters.
  std::int64_t missing_letters() const;

  /// Returns the content of a PNG file. Throws ValueError for a scale that is not above 0, or with which the
  /// picture would be larger than 32,767 pixels.
  std::string png(const PngOptions& options = {}) const;
  /// Returns the content of an SVG file. Letters are outlines, so the file needs no fonts; the texts are in
  /// its description, too.
  std::string svg() const;
  /// Writes a file, completely or not at all. The ending of its name, .png or .svg, decides its format. The
  /// same figure gives the same bytes on the same machine. Throws ValueError for another ending and as png,
  /// and FileError when the file cannot be written.
  void write(const std::string& path, const PngOptions& options = {}) const;

  struct Content;  // internal
  /// Internal: made by curves, confusion_matrix and picture_grid.
  explicit Figure(Content content);

 private:
  std::shared_ptr<const Content> content_;
};

/// Returns true when figures can be written to files with such a name: it ends with .png or .svg.
bool is_figure_name(const std::string& path);

}  // namespace luge::draw
