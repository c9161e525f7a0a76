// A library whose functions are looked up when they are first needed.
#pragma once

#include <string>

namespace luge::io {

/// Loads a library; it stays. Throws StateError that begins with `purpose` and names the Debian package.
void* load_library(const char* file, const char* purpose, const char* package);
/// Returns a function of it. Throws StateError likewise.
void* find_function(void* library, const char* name, const char* purpose, const char* package);

}  // namespace luge::io
