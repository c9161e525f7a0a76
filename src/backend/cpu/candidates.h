// Where the kernels of the processor register themselves.
#pragma once

#include <string_view>
#include <utility>

#include "backend/registry.h"

namespace luge::cpu {

KernelRegistry& kernel_registry();

/// Registers the kernels of an op, the best one first. An op has one such object in the whole program: next
/// to its kernel, or in the folder's candidates.cpp where there are several kernels.
struct Candidates {
  Candidates(std::string_view op, Kernels best_first) { kernel_registry().add(op, std::move(best_first)); }
};

}  // namespace luge::cpu
