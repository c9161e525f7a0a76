#include "io/files/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <utility>

#include "luge/error.h"

namespace luge::io {

Library::Library(const char* file, std::string purpose, std::string packages)
    : purpose_(std::move(purpose)),
      packages_(std::move(packages)),
      library_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (!library_) fail();
}

void* Library::find(const char* name) const {
  void* function = dlsym(library_, name);
  if (!function) fail();
  return function;
}

void Library::fail() const {
  const char* why = dlerror();
  throw StateError(fmt::format("{}, but {}; on Debian: apt-get install {}", purpose_,
                               why ? why : "it is not complete", packages_));
}

}  // namespace luge::io
