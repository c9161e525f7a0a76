// A build with -DLUGE_DRAW=OFF.
#include "draw/canvas.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

[[noreturn]] void refuse() {
  throw StateError(
      "figures cannot be drawn: this Luge was built with -DLUGE_DRAW=OFF, without Cairo and Pango");
}

}  // namespace

std::unique_ptr<Canvas> png_canvas(Extent, double) { refuse(); }
std::unique_ptr<Canvas> svg_canvas(Extent, const std::string&) { refuse(); }
std::unique_ptr<Canvas> ruler() { refuse(); }
io::Image drawn_pixels(Extent, double, const std::function<void(Canvas&)>&) { refuse(); }
std::vector<std::string> font_families() { refuse(); }
std::string libraries() { refuse(); }

}  // namespace luge::draw
