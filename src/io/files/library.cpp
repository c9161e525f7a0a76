#include "io/files/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "luge/error.h"

namespace luge::io {
namespace {

[[noreturn]] void fail(const char* purpose, const char* package) {
  const char* why = dlerror();
  throw StateError(fmt::format("{}, but {}; on Debian: apt-get install {}", purpose,
                               why ? why : "it is not complete", package));
}

}  // namespace

void* load_library(const char* file, const char* purpose, const char* package) {
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) fail(purpose, package);
  return library;
}

void* find_function(void* library, const char* name, const char* purpose, const char* package) {
  void* function = dlsym(library, name);
  if (!function) fail(purpose, package);
  return function;
}

}  // namespace luge::io
