#include "support/sanitizer.h"

#include <dlfcn.h>

namespace luge::testing {

bool address_sanitizer() {
  static const bool found = dlsym(RTLD_DEFAULT, "__asan_init") != nullptr;
  return found;
}

}  // namespace luge::testing
