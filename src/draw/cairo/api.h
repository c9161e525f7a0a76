// The functions of Cairo and Pango. They are looked up when the first figure is drawn: a program that never
// draws does not load these 40 libraries, which takes longer than everything else that `luge version` does.
#pragma once

#include <cairo-svg.h>
#include <pango/pangocairo.h>

#include "io/files/library.h"

namespace luge::draw {

// clang-format off: a list
#define LUGE_CAIRO_FUNCTIONS(f)                                                                              \
  f(cairo_arc) f(cairo_clip) f(cairo_close_path) f(cairo_create) f(cairo_destroy) f(cairo_fill) f(           \
      cairo_font_options_create) f(cairo_font_options_destroy) f(cairo_font_options_set_antialias)           \
      f(cairo_font_options_set_hint_metrics) f(cairo_font_options_set_hint_style) f(cairo_get_source) f(     \
          cairo_image_surface_create) f(cairo_image_surface_create_for_data) f(cairo_image_surface_get_data) \
          f(cairo_image_surface_get_stride) f(cairo_line_to) f(cairo_move_to) f(cairo_new_path)              \
              f(cairo_new_sub_path) f(cairo_paint) f(cairo_pattern_set_extend) f(cairo_pattern_set_filter)   \
                  f(cairo_rectangle) f(cairo_restore) f(cairo_rotate) f(cairo_save) f(cairo_scale) f(        \
                      cairo_set_dash) f(cairo_set_line_cap) f(cairo_set_line_join) f(cairo_set_line_width)   \
                      f(cairo_set_source_rgba) f(cairo_set_source_surface) f(cairo_status) f(                \
                          cairo_status_to_string) f(cairo_stroke) f(cairo_surface_destroy)                   \
                          f(cairo_surface_finish) f(cairo_surface_flush) f(cairo_surface_status) f(          \
                              cairo_svg_surface_create_for_stream) f(cairo_svg_surface_set_document_unit)    \
                              f(cairo_translate) f(cairo_version_string) f(g_free) f(g_object_unref) f(      \
                                  pango_cairo_context_set_font_options) f(pango_cairo_font_map_new)          \
                                  f(pango_cairo_show_layout) f(pango_context_set_round_glyph_positions) f(   \
                                      pango_font_description_free) f(pango_font_description_from_string)     \
                                      f(pango_font_description_set_absolute_size) f(                         \
                                          pango_font_description_set_weight) f(pango_font_family_get_name)   \
                                          f(pango_font_map_create_context) f(pango_font_map_list_families)   \
                                              f(pango_layout_get_baseline) f(pango_layout_get_extents)       \
                                                  f(pango_layout_get_unknown_glyphs_count)                   \
                                                      f(pango_layout_new) f(pango_layout_set_alignment)      \
                                                          f(pango_layout_set_ellipsize)                      \
                                                              f(pango_layout_set_font_description) f(        \
                                                                  pango_layout_set_height)                   \
                                                                  f(pango_layout_set_single_paragraph_mode)  \
                                                                      f(pango_layout_set_text)               \
                                                                          f(pango_layout_set_width)          \
                                                                              f(pango_layout_set_wrap)       \
                                                                                  f(pango_version_string)
// clang-format on

struct CairoApi {
  LUGE_CAIRO_FUNCTIONS(LUGE_LIBRARY_MEMBER)
};

/// Throws StateError when a library cannot be loaded; the next call tries again.
const CairoApi& cairo_api();

}  // namespace luge::draw
