// Our own products, as matmul/candidates.cpp lists them.
#pragma once

#include <memory>

#include "backend/backend.h"

namespace luge::cpu::matmul {

/// Large float32 products in generated tiles.
std::unique_ptr<const Kernel> tiled_matmul();
/// Float64 products of some size, which oneDNN does not have.
std::unique_ptr<const Kernel> float64_matmul();

}  // namespace luge::cpu::matmul
