// Initializers by name: each registers itself in its own file.
#pragma once

#include "core/registry.h"
#include "luge/init/init.h"

namespace luge::init {

Registry<Initializer>& known();

/// The name of an initializer with these options.
template <class O>
std::string name_with(std::string_view name, const O& options) {
  return options::text(name, options::changed(options));
}

}  // namespace luge::init
