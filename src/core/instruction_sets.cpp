#include "core/instruction_sets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "hwy/targets.h"
#include "luge/error.h"

namespace luge {
namespace {

struct Set {
  std::string_view name;
  const char* onednn;   // the value of ONEDNN_MAX_CPU_ISA
  std::int64_t better;  // targets of Highway that are better; the better a target, the lower its bit
  bool (*offered)();
};

#if HWY_ARCH_X86
constexpr Set kSets[] = {
    {"amx", "AVX512_CORE_AMX", 0, [] { return __builtin_cpu_supports("amx-bf16") != 0; }},
    {"avx512_bf16", "AVX512_CORE_BF16", 0, [] { return __builtin_cpu_supports("avx512bf16") != 0; }},
    {"avx512", "AVX512_CORE_VNNI", HWY_AVX3_DL - 1, [] { return (hwy::SupportedTargets() & HWY_AVX3) != 0; }},
    {"avx2", "AVX2", HWY_AVX2 - 1, [] { return (hwy::SupportedTargets() & HWY_AVX2) != 0; }},
    {"portable", "SSE41", HWY_SSE4 - 1, [] { return true; }},
};
#else
constexpr Set kSets[] = {{"portable", "DEFAULT", 0, [] { return true; }}};
#endif

}  // namespace

std::vector<std::string_view> instruction_sets() {
  std::vector<std::string_view> names;
  for (const Set& set : kSets) {
    if (set.offered()) names.push_back(set.name);
  }
  return names;
}

void hold_to(std::string_view name) {
  const std::vector<std::string_view> offered = instruction_sets();
  if (std::find(offered.begin(), offered.end(), name) == offered.end()) {
    throw ValueError(fmt::format("there is no instruction set \"{}\"; this processor offers {}", name,
                                 fmt::join(offered, ", ")));
  }
  const Set& set = *std::find_if(std::begin(kSets), std::end(kSets),
                                 [&](const Set& candidate) { return candidate.name == name; });
  ::setenv("ONEDNN_MAX_CPU_ISA", set.onednn, 1);
  hwy::SetSupportedTargetsForTest(hwy::SupportedTargets() & ~set.better);
  hwy::GetChosenTarget().DeInit();
}

void hold_to_environment() {
  const char* name = std::getenv("LUGE_ISA");
  if (name == nullptr) return;
  try {
    hold_to(name);
  } catch (const ValueError& error) {
    throw ValueError(fmt::format("LUGE_ISA: {}", error.what()));
  }
}

}  // namespace luge
