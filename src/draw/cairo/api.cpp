#include "draw/cairo/api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "draw/canvas.h"
#include "luge/error.h"

// Fontconfig keeps 288 bytes of its configuration to the end of the process.
#ifdef __SANITIZE_ADDRESS__
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
#endif

namespace luge::draw {
namespace {

// It loads Cairo, Pango and the rest. They stay: GLib cannot be unloaded.
constexpr const char* kLibrary = "libpangocairo-1.0.so.0";

CairoApi look_up() {
  const auto fail = [] {
    const char* why = dlerror();
    throw StateError(
        fmt::format("figures are drawn with Cairo and Pango, but {}; on Debian: apt-get install "
                    "libpangocairo-1.0-0 fonts-wqy-microhei",
                    why ? why : "they are not complete"));
  };
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail();
  CairoApi api{};
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (!function) fail();
  };
#define LUGE_FIND(name) find(api.name, #name);
  LUGE_CAIRO_FUNCTIONS(LUGE_FIND)
#undef LUGE_FIND
  return api;
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
