// Losses by name: each registers itself in its own file.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// Registers a loss with default options for named(). Returns false when the name is taken.
bool add_named(const std::string& name, Loss (*make)());

}  // namespace luge::loss
