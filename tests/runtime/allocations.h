// Allocations of this test program, the library's included, that fail when a test wants them to. The
// operators stand in allocations_test.cpp.
#pragma once

#include <cstdint>

namespace luge::testing {

/// While it lives, the nth allocation of this thread from its construction on fails, once.
class FailingAllocation {
 public:
  explicit FailingAllocation(std::uint64_t nth);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  bool failed() const;
  /// Allocations of this thread since its construction; 0 once one failed.
  std::uint64_t made() const;

 private:
  std::uint64_t nth_;
};

}  // namespace luge::testing
