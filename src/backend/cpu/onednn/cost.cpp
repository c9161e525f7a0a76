#include "backend/cpu/onednn/cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/onednn/api.h"
#include "backend/cpu/onednn/describe.h"

namespace luge::cpu::onednn {
namespace {

constexpr double clock = 2.5e9;           // of a server core under vector load
constexpr double bytes_per_second = 8e9;  // of one core; the compiler prices reorders alike
constexpr double launch = 1e-6;
constexpr double one_thread_flops = 2e6;  // 15 µs of one core with AVX-512
constexpr double one_thread_bytes = 256e3;

struct NamedSet {
  unsigned bits;  // all of these are there
  std::string_view name;
  double f32, bf16;  // flops per cycle
};
// From the best to the least; the bits are those of dnnl_cpu_isa_t, which 2.x and 3.x share.
constexpr NamedSet sets[] = {
    {0x3e7, "avx512_core_amx", 64, 1024},
    {0xe7, "avx512_core_bf16", 64, 128},
    {0x67, "avx512_core_vnni", 64, 16},
    {0x27, "avx512_core", 64, 16},
    {0x7, "avx2", 32, 8},
    {0x3, "avx", 16, 4},
    {0x1, "sse41", 8, 2},
    {0x0, "baseline", 4, 1},
};

const NamedSet& best_set() {
  static const NamedSet& best = *std::find_if(std::begin(sets), std::end(sets), [](const NamedSet& set) {
    return (static_cast<unsigned>(dnnl_get_effective_cpu_isa()) & set.bits) == set.bits;
  });
  return best;
}

}  // namespace

int threads_for(double flops, double bytes, int available) {
  return flops < one_thread_flops && bytes < one_thread_bytes ? 1 : available;
}

double seconds(DType type, double flops, double efficiency, double bytes, int threads) {
  const double per_cycle = type == DType::bf16 ? best_set().bf16 : best_set().f32;
  const double compute = flops / (clock * per_cycle * efficiency * threads);
  return launch + std::max(compute, bytes / (bytes_per_second * std::min(threads, 2)));
}

bool has_avx512() { return best_set().f32 >= 64; }

bool has_amx() { return best_set().bf16 >= 1024; }

std::string describe_library() {
  const dnnl_version_t& version = *dnnl_version();
  return fmt::format("oneDNN {}.{}.{} {}", version.major, version.minor, version.patch, best_set().name);
}

std::string refuse_slow(std::string_view implementation) {
  if (implementation.find("ref") == std::string_view::npos) return {};
  return fmt::format("oneDNN has only its reference code ({}) for this", implementation);
}

}  // namespace luge::cpu::onednn
