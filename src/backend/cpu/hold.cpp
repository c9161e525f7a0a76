#include "backend/cpu/hold.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "core/instruction_sets.h"
#include "hwy/targets.h"

namespace luge::cpu {
namespace {

struct Limit {
  std::string_view set;
  const char* onednn;   // the value of ONEDNN_MAX_CPU_ISA
  std::int64_t better;  // targets of Highway that are left out; the better a target, the lower its bit
};

constexpr Limit kLimits[] = {
#if HWY_ARCH_X86
    {"amx", "AVX512_CORE_AMX", 0},
    {"avx512_bf16", "AVX512_CORE_BF16", 0},
    {"avx512", "AVX512_CORE_VNNI", HWY_AVX3_DL - 1},
    {"avx2", "AVX2", HWY_AVX2 - 1},
    {"portable", "SSE41", HWY_SSE4 - 1},
#else
    {"portable", "DEFAULT", 0},
#endif
};

}  // namespace

void hold_to(std::string_view set) {
  check_instruction_set(set);
  const Limit& limit = *std::find_if(std::begin(kLimits), std::end(kLimits),
                                     [&](const Limit& candidate) { return candidate.set == set; });
  ::setenv("ONEDNN_MAX_CPU_ISA", limit.onednn, 1);
  hwy::SetSupportedTargetsForTest(hwy::SupportedTargets() & ~limit.better);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace luge::cpu
