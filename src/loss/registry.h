// Losses by name: each registers itself in its own file.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// Makes a loss with default options known to named(). False when the name is taken.
bool add_named(const std::string& name, Loss (*make)());

}  // namespace luge::loss
