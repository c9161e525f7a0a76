// A test for each instruction set that kernels are written for and the processor has.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "hwy/targets.h"

namespace luge::testing {

/// Calls test() for each of AVX2 and AVX-512 that the processor has; generated code follows.
template <class Test>
void on_each_instruction_set(const Test& test) {
  const std::int64_t there = hwy::SupportedTargets();
  for (const std::int64_t target : {HWY_AVX2, HWY_AVX3}) {
    if ((there & target) == 0) continue;
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    test();
    hwy::SetSupportedTargetsForTest(0);
  }
}

}  // namespace luge::testing
