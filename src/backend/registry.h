// KernelRegistry: the kernels of one backend, by op.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"

namespace luge {

class KernelRegistry {
 public:
  /// Throws StateError for an op that has a list already.
  void add(std::string_view op, Kernels best_first);
  /// The kernels of an op, the best one first; none for an op without fast kernels.
  std::span<const Kernel* const> kernels(std::string_view op) const;

 private:
  struct Listed {
    Kernels owned;
    std::vector<const Kernel*> kernels;
  };
  std::map<std::string, Listed, std::less<>> ops_;
};

}  // namespace luge
