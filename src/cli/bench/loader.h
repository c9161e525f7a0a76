// How fast pictures come from files and from memory, compared with what decoding alone takes.
#pragma once

#include <vector>

#include "cli/bench/micro.h"

namespace luge::cli::bench {

/// Measures for about this number of seconds each, libjpeg alone and what Luge does in turns.
std::vector<Figure> loader(double seconds);

}  // namespace luge::cli::bench
