#include "draw/cairo/api.h"

#include <fmt/format.h>

#include "draw/canvas.h"
#include "io/files/library.h"

// Fontconfig keeps 288 bytes of its configuration to the end of the process.
#ifdef __SANITIZE_ADDRESS__
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
#endif

namespace luge::draw {
namespace {

// It loads Cairo, Pango and the rest. They stay: GLib cannot be unloaded.
constexpr const char* kLibrary = "libpangocairo-1.0.so.0";

CairoApi look_up() {
  const io::Library library(kLibrary, "figures are drawn with Cairo and Pango",
                            "libpangocairo-1.0-0 fonts-wqy-microhei");
  CairoApi found{};
  LUGE_CAIRO_FUNCTIONS(LUGE_LIBRARY_FIND)
  return found;
}

}  // namespace

const CairoApi& cairo_api() {
  static const CairoApi api = look_up();
  return api;
}

std::string libraries() {
  const CairoApi& api = cairo_api();
  return fmt::format("Cairo {}, Pango {}", api.cairo_version_string(), api.pango_version_string());
}

}  // namespace luge::draw
