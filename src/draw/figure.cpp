#include "luge/draw/figure.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "draw/content.h"
#include "io/files/atomic_file.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr double kMostPixels = 32767;  // of Cairo

std::string ending_of(const std::string& path) { return std::filesystem::path(path).extension().string(); }

}  // namespace

Figure::Figure(Content content) : content_(std::make_shared<const Content>(std::move(content))) {}

double Figure::width() const { return content_->extent.width; }
double Figure::height() const { return content_->extent.height; }

std::int64_t Figure::missing_letters() const {
  const auto canvas = svg_canvas(content_->extent, content_->title);
  content_->draw(*canvas);
  return canvas->missing_letters();
}

std::string Figure::png(const PngOptions& options) const {
  const double largest = std::ceil(std::max(width(), height()) * options.scale);
  if (!(options.scale > 0) || largest > kMostPixels) {
    throw ValueError(
        fmt::format("Figure::png: scale is {}; expected above 0, and at most {:.3g} for a figure of "
                    "{:.0f} x {:.0f}",
                    options.scale, kMostPixels / std::max(width(), height()), width(), height()));
  }
  const auto canvas = png_canvas(content_->extent, options.scale);
  content_->draw(*canvas);
  return canvas->finish();
}

std::string Figure::svg() const {
  const auto canvas = svg_canvas(content_->extent, content_->title);
  content_->draw(*canvas);
  return canvas->finish();
}

void Figure::write(const std::string& path, const PngOptions& options) const {
  if (!is_figure_name(path)) {
    throw ValueError(
        fmt::format("{}: figures are written as PNG or SVG; expected a name that ends with .png or "
                    ".svg, got '{}'",
                    path, ending_of(path)));
  }
  io::write_file(path, ending_of(path) == ".svg" ? svg() : png(options));
}

bool is_figure_name(const std::string& path) {
  const std::string ending = ending_of(path);
  return ending == ".png" || ending == ".svg";
}

}  // namespace luge::draw
