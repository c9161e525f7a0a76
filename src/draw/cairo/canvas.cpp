#include "draw/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "core/utf8.h"
#include "draw/cairo/api.h"
#include "draw/cairo/svg_text.h"
#include "draw/magnify.h"
#include "io/image/png.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

// The first has Latin, Greek and Cyrillic letters; the second, Chinese, Japanese and Korean ones. What
// neither has is looked for in all fonts.
constexpr const char* kFonts = "DejaVu Sans, WenQuanYi Micro Hei, sans-serif";
constexpr double kCapitals = 0.36;  // half the height of capital letters, in sizes of the font

template <class T, auto CairoApi::*release>
struct Release {
  void operator()(T* object) const { (cairo_api().*release)(object); }
};
template <class T, auto CairoApi::*release>
using Owner = std::unique_ptr<T, Release<T, release>>;

using Surface = Owner<cairo_surface_t, &CairoApi::cairo_surface_destroy>;
using Context = Owner<cairo_t, &CairoApi::cairo_destroy>;

struct Unref {
  void operator()(void* object) const { cairo_api().g_object_unref(object); }
};
using Layout = std::unique_ptr<PangoLayout, Unref>;

// Outlines without adjustment to pixels: a text has one extent in all scales and formats.
std::unique_ptr<PangoContext, Unref> make_fonts() {
  const CairoApi& api = cairo_api();
  const std::unique_ptr<PangoFontMap, Unref> map(api.pango_cairo_font_map_new());
  std::unique_ptr<PangoContext, Unref> fonts(api.pango_font_map_create_context(map.get()));
  const Owner<cairo_font_options_t, &CairoApi::cairo_font_options_destroy> options(
      api.cairo_font_options_create());
  api.cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  api.cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  api.cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  api.pango_cairo_context_set_font_options(fonts.get(), options.get());
  api.pango_context_set_round_glyph_positions(fonts.get(), false);
  return fonts;
}

double unit(int pango) { return static_cast<double>(pango) / PANGO_SCALE; }

// The pixels of a picture as Cairo has them: multiplied by alpha, blue first.
std::vector<std::uint32_t> cairo_pixels(const io::Image& image) {
  std::vector<std::uint32_t> pixels;
  const auto channels = static_cast<std::size_t>(image.channels);
  pixels.reserve(image.pixels.size() / channels);
  for (std::size_t i = 0; i + channels <= image.pixels.size(); i += channels) {
    const std::uint8_t* p = &image.pixels[i];
    const std::uint32_t alpha = channels % 2 == 0 ? p[channels - 1] : 255;
    const auto mixed = [&](std::size_t c) { return (p[channels < 3 ? 0 : c] * alpha + 127) / 255; };
    pixels.push_back(alpha << 24 | mixed(0) << 16 | mixed(1) << 8 | mixed(2));
  }
  return pixels;
}

class CairoCanvas : public Canvas {
 public:
  Extent measure(const Text& text) override {
    PangoRectangle logical;
    api_.pango_layout_get_extents(layout(text).get(), nullptr, &logical);
    return {unit(logical.width), unit(logical.height)};
  }

  void text(Point at, const Text& text) override {
    const Layout layout = this->layout(text);
    missing_ += api_.pango_layout_get_unknown_glyphs_count(layout.get());
    PangoRectangle logical;
    api_.pango_layout_get_extents(layout.get(), nullptr, &logical);
    const double x = unit(logical.x), width = unit(logical.width), height = unit(logical.height);
    const double baseline = unit(api_.pango_layout_get_baseline(layout.get()));
    const bool one_line = height < 2 * text.size;
    const double left = text.align == Align::left ? 0 : text.align == Align::center ? width / 2 : width;
    const double up = text.stand == Stand::top      ? 0
                      : text.stand == Stand::bottom ? height
                      : one_line                    ? baseline - kCapitals * text.size
                                                    : height / 2;
    api_.cairo_save(context());
    api_.cairo_translate(context(), at.x, at.y);
    api_.cairo_rotate(context(), text.degrees * std::numbers::pi / 180);
    paint_with(text.color, 1);
    api_.cairo_move_to(context(), -left - x, -up);
    api_.pango_cairo_show_layout(context(), layout.get());
    api_.cairo_new_path(context());
    api_.cairo_restore(context());
    texts_.push_back(text.text);
  }

  void line(std::span<const Point> points, const Stroke& stroke) override {
    if (points.empty()) return;
    api_.cairo_move_to(context(), points[0].x, points[0].y);
    for (const Point& point : points.subspan(1)) api_.cairo_line_to(context(), point.x, point.y);
    this->stroke(stroke);
  }

  void fill(const Rect& rect, Color color, double alpha, double radius) override {
    outline(rect, radius);
    paint_with(color, alpha);
    api_.cairo_fill(context());
  }

  void frame(const Rect& rect, const Stroke& stroke) override {
    api_.cairo_rectangle(context(), rect.x, rect.y, rect.width, rect.height);
    this->stroke(stroke);
  }

  void disc(Point center, double radius, Color color, double alpha) override {
    api_.cairo_new_sub_path(context());
    api_.cairo_arc(context(), center.x, center.y, radius, 0, 2 * std::numbers::pi);
    paint_with(color, alpha);
    api_.cairo_fill(context());
  }

  void image(const io::Image& image, const Rect& rect, bool smooth) override {
    // Viewers of SVG mix pixels as they like, so squares are already squares in the picture.
    const double pixel = rect.width / static_cast<double>(image.width);
    const auto factor = static_cast<std::int64_t>(std::ceil(2 * pixel));
    if (!smooth && is_vector_ && factor > 1) return this->image(magnified(image, factor), rect, true);
    std::vector<std::uint32_t> pixels = cairo_pixels(image);
    const Surface source(api_.cairo_image_surface_create_for_data(
        reinterpret_cast<unsigned char*>(pixels.data()), CAIRO_FORMAT_ARGB32, static_cast<int>(image.width),
        static_cast<int>(image.height), static_cast<int>(4 * image.width)));
    api_.cairo_save(context());
    api_.cairo_rectangle(context(), rect.x, rect.y, rect.width, rect.height);
    api_.cairo_clip(context());
    api_.cairo_translate(context(), rect.x, rect.y);
    api_.cairo_scale(context(), pixel, rect.height / static_cast<double>(image.height));
    api_.cairo_set_source_surface(context(), source.get(), 0, 0);
    cairo_pattern_t* pattern = api_.cairo_get_source(context());
    api_.cairo_pattern_set_filter(pattern, smooth ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST);
    api_.cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD);
    api_.cairo_paint(context());
    api_.cairo_restore(context());
    api_.cairo_surface_finish(source.get());  // it must not look at the pixels again
  }

  void clipped(const Rect& rect, const std::function<void()>& draw) override {
    api_.cairo_save(context());
    api_.cairo_rectangle(context(), rect.x, rect.y, rect.width, rect.height);
    api_.cairo_clip(context());
    draw();
    api_.cairo_restore(context());
  }

  std::int64_t missing_letters() const override { return missing_; }

 protected:
  explicit CairoCanvas(bool is_vector) : is_vector_(is_vector) {}

  void begin(cairo_surface_t* surface) {
    surface_.reset(surface);
    context_.reset(api_.cairo_create(surface));
    check();
  }

  void check() const {
    const cairo_status_t status = api_.cairo_status(context_.get());
    const cairo_status_t of_surface = api_.cairo_surface_status(surface_.get());
    const cairo_status_t bad = status != CAIRO_STATUS_SUCCESS ? status : of_surface;
    if (bad == CAIRO_STATUS_SUCCESS) return;
    throw ValueError(fmt::format("the figure cannot be drawn: {}", api_.cairo_status_to_string(bad)));
  }

  cairo_t* context() const { return context_.get(); }
  cairo_surface_t* surface() const { return surface_.get(); }
  const std::vector<std::string>& texts() const { return texts_; }

  const CairoApi& api_ = cairo_api();

 private:
  void paint_with(Color color, double alpha) {
    api_.cairo_set_source_rgba(context(), color.red / 255.0, color.green / 255.0, color.blue / 255.0, alpha);
  }

  void stroke(const Stroke& stroke) {
    paint_with(stroke.color, stroke.alpha);
    api_.cairo_set_line_width(context(), stroke.width);
    api_.cairo_set_line_join(context(), CAIRO_LINE_JOIN_ROUND);
    api_.cairo_set_line_cap(context(), CAIRO_LINE_CAP_BUTT);
    api_.cairo_set_dash(context(), stroke.dashes.data(), static_cast<int>(stroke.dashes.size()), 0);
    api_.cairo_stroke(context());
  }

  void outline(const Rect& rect, double radius) {
    if (radius <= 0) return api_.cairo_rectangle(context(), rect.x, rect.y, rect.width, rect.height);
    const double r = std::min({radius, rect.width / 2, rect.height / 2}), right = std::numbers::pi / 2;
    api_.cairo_new_sub_path(context());
    api_.cairo_arc(context(), rect.right() - r, rect.y + r, r, -right, 0);
    api_.cairo_arc(context(), rect.right() - r, rect.bottom() - r, r, 0, right);
    api_.cairo_arc(context(), rect.x + r, rect.bottom() - r, r, right, 2 * right);
    api_.cairo_arc(context(), rect.x + r, rect.y + r, r, 2 * right, 3 * right);
    api_.cairo_close_path(context());
  }

  Layout layout(const Text& text) {
    Layout layout(api_.pango_layout_new(fonts_.get()));
    const Owner<PangoFontDescription, &CairoApi::pango_font_description_free> font(
        api_.pango_font_description_from_string(text.font.empty() ? kFonts : text.font.c_str()));
    api_.pango_font_description_set_absolute_size(font.get(), text.size * PANGO_SCALE);
    if (text.bold) api_.pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    api_.pango_layout_set_font_description(layout.get(), font.get());
    api_.pango_layout_set_alignment(layout.get(), text.align == Align::left     ? PANGO_ALIGN_LEFT
                                                  : text.align == Align::center ? PANGO_ALIGN_CENTER
                                                                                : PANGO_ALIGN_RIGHT);
    if (text.max_width > 0) {
      api_.pango_layout_set_width(layout.get(), static_cast<int>(std::ceil(text.max_width * PANGO_SCALE)));
      api_.pango_layout_set_height(layout.get(), -text.lines);
      api_.pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
      api_.pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    }
    api_.pango_layout_set_single_paragraph_mode(layout.get(), text.lines == 1);
    const std::string letters = valid_utf8(text.text);
    api_.pango_layout_set_text(layout.get(), letters.data(), static_cast<int>(letters.size()));
    return layout;
  }

  bool is_vector_;
  std::unique_ptr<PangoContext, Unref> fonts_ = make_fonts();
  Surface surface_;
  Context context_;
  std::int64_t missing_ = 0;
  std::vector<std::string> texts_;
};

class PngCanvas final : public CairoCanvas {
 public:
  PngCanvas(Extent extent, double scale)
      : CairoCanvas(false),
        width_(static_cast<int>(std::ceil(extent.width * scale))),
        height_(static_cast<int>(std::ceil(extent.height * scale))) {
    begin(api_.cairo_image_surface_create(CAIRO_FORMAT_RGB24, width_, height_));
    api_.cairo_scale(context(), scale, scale);
    fill({0, 0, extent.width + 1, extent.height + 1}, kWhite, 1, 0);
  }

  std::string finish() override { return io::encode_png(pixels(), io::PngContent::drawing); }

  io::Image pixels() {
    check();
    api_.cairo_surface_flush(surface());
    const unsigned char* rows = api_.cairo_image_surface_get_data(surface());
    const int stride = api_.cairo_image_surface_get_stride(surface());
    io::Image image{height_, width_, 3, {}};
    image.pixels.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3);
    std::uint8_t* out = image.pixels.data();
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x, out += 3) {
        std::uint32_t pixel = 0;
        std::memcpy(&pixel,
                    rows + static_cast<std::ptrdiff_t>(y) * stride + 4 * static_cast<std::ptrdiff_t>(x), 4);
        out[0] = static_cast<std::uint8_t>(pixel >> 16);
        out[1] = static_cast<std::uint8_t>(pixel >> 8);
        out[2] = static_cast<std::uint8_t>(pixel);
      }
    }
    return image;
  }

 private:
  int width_, height_;
};

class SvgCanvas final : public CairoCanvas {
 public:
  SvgCanvas(Extent extent, std::string title) : CairoCanvas(true), title_(std::move(title)) {
    begin(api_.cairo_svg_surface_create_for_stream(append, &bytes_, extent.width, extent.height));
    api_.cairo_svg_surface_set_document_unit(surface(), CAIRO_SVG_UNIT_PX);
    fill({0, 0, extent.width, extent.height}, kWhite, 1, 0);
  }
  ~SvgCanvas() override { api_.cairo_surface_finish(surface()); }  // while the bytes are still there

  std::string finish() override {
    check();
    api_.cairo_surface_finish(surface());
    check();
    return readable_svg(bytes_, title_, texts());
  }

 private:
  static cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) noexcept {
    try {
      static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
      return CAIRO_STATUS_SUCCESS;
    } catch (...) {
      return CAIRO_STATUS_NO_MEMORY;
    }
  }

  std::string title_, bytes_;
};

}  // namespace

std::unique_ptr<Canvas> png_canvas(Extent extent, double scale) {
  return std::make_unique<PngCanvas>(extent, scale);
}
std::unique_ptr<Canvas> svg_canvas(Extent extent, const std::string& title) {
  return std::make_unique<SvgCanvas>(extent, title);
}
io::Image drawn_pixels(Extent extent, double scale, const std::function<void(Canvas&)>& draw) {
  PngCanvas canvas(extent, scale);
  draw(canvas);
  return canvas.pixels();
}

std::vector<std::string> font_families() {
  const CairoApi& api = cairo_api();
  const std::unique_ptr<PangoFontMap, Unref> map(api.pango_cairo_font_map_new());
  PangoFontFamily** families = nullptr;
  int count = 0;
  api.pango_font_map_list_families(map.get(), &families, &count);
  std::vector<std::string> names;
  for (int k = 0; k < count; ++k) names.emplace_back(api.pango_font_family_get_name(families[k]));
  api.g_free(families);
  std::sort(names.begin(), names.end());
  return names;
}

std::unique_ptr<Canvas> ruler() { return png_canvas({1, 1}, 1); }

}  // namespace luge::draw
