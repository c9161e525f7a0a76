// Where kernel candidates are found again after they registered themselves.
#pragma once

#include <span>
#include <string_view>

#include "backend/backend.h"

namespace luge {

/// Registered candidates of an op, lowest rank first; the order of registration decides between equal ranks.
std::span<const Kernel* const> registered_kernels(std::string_view op);

}  // namespace luge
