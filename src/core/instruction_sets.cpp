#include "core/instruction_sets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "luge/error.h"

namespace luge {
namespace {

struct Set {
  std::string_view name;
  bool (*offered)();
};

constexpr Set kSets[] = {
#if defined(__x86_64__)
    {"amx", [] { return __builtin_cpu_supports("amx-bf16") != 0; }},
    {"avx512_bf16", [] { return __builtin_cpu_supports("avx512bf16") != 0; }},
    {"avx512",
     [] {
       return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512cd");
     }},
    {"avx2", [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }},
#endif
    {"portable", [] { return true; }},
};

}  // namespace

std::vector<std::string_view> instruction_sets() {
  std::vector<std::string_view> names;
  for (const Set& set : kSets) {
    if (set.offered()) names.push_back(set.name);
  }
  return names;
}

void check_instruction_set(std::string_view name) {
  const std::vector<std::string_view> offered = instruction_sets();
  if (std::find(offered.begin(), offered.end(), name) != offered.end()) return;
  throw ValueError(fmt::format("there is no instruction set \"{}\"; this processor offers {}", name,
                               fmt::join(offered, ", ")));
}

std::optional<std::string_view> instruction_set_of_environment() {
  const char* name = std::getenv("LUGE_ISA");
  if (name == nullptr) return std::nullopt;
  try {
    check_instruction_set(name);
  } catch (const ValueError& error) {
    throw ValueError(fmt::format("LUGE_ISA: {}", error.what()));
  }
  return name;
}

}  // namespace luge
