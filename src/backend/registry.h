// Where the candidates of an op are found again.
#pragma once

#include <span>
#include <string_view>

#include "backend/backend.h"

namespace luge {

/// The candidates of an op, the best one first; none for an op without fast kernels.
std::span<const Kernel* const> registered_kernels(std::string_view op);

}  // namespace luge
