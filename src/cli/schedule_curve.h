// The curve of a schedule: for luge plot and luge explain.
#pragma once

#include <cstdint>
#include <string>

#include "luge/draw/curves.h"

namespace luge::cli {

/// The factors of the learning rate in `steps` updates, at most 2,000 of them. `text` may have options.
draw::Line schedule_curve(const std::string& text, std::int64_t steps, std::int64_t warm_up_steps = 0);

}  // namespace luge::cli
