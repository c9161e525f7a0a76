// KernelError and Status: how a running kernel reports that an element breaks a rule. Kernels do not throw,
// they run in parallel regions.
#pragma once

#include <atomic>
#include <cstdint>

#include "graph/scalar.h"

namespace luge {

/// The element that broke a rule. AnyOp::fail turns it into an exception after the step.
struct KernelError {
  std::int64_t position = 0;  // linear index of the element
  Scalar value = 0;           // the element, exact
  std::int64_t limit = 0;     // the bound it broke
};

/// Where the kernels of one run record errors. It keeps the one at the lowest position, so that the same run
/// always reports the same error.
class Status {
 public:
  void record(const KernelError& error);
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  KernelError error() const { return error_; }
  void clear() { failed_.store(false); }

 private:
  std::atomic<bool> failed_{false};
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  KernelError error_;
};

}  // namespace luge
