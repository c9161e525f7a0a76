#include "backend/cpu/fused/speed/streams.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/speed/streams_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

template <int Reads, int Writes>
void run(const float* const* in, float* const* out, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  auto kept0 = hn::Zero(d), kept1 = hn::Zero(d);
  const auto sum = [&](std::size_t i) {
    auto all = hn::LoadU(d, in[0] + i);
    for (int k = 1; k < Reads; ++k) all = hn::Add(all, hn::LoadU(d, in[k] + i));
    for (int k = 0; k < Writes; ++k) hn::StoreU(all, d, out[k] + i);
    return all;
  };
  for (std::size_t i = 0; i + 2 * lanes <= count; i += 2 * lanes) {
    const auto a = sum(i), b = sum(i + lanes);
    if (Writes == 0) kept0 = hn::Add(kept0, a), kept1 = hn::Add(kept1, b);
  }
  if (Writes == 0) {
    [[maybe_unused]] volatile float keep = hn::GetLane(hn::Add(kept0, kept1));
  }
}

template <int Reads>
void run_writes(const float* const* in, float* const* out, int writes, std::size_t count) {
  if (writes == 0) return run<Reads, 0>(in, out, count);
  if (writes == 1) return run<Reads, 1>(in, out, count);
  if (writes == 2) return run<Reads, 2>(in, out, count);
  run<Reads, 3>(in, out, count);
}

void run_all(const float* const* in, int reads, float* const* out, int writes, std::size_t count) {
  if (reads == 1) return run_writes<1>(in, out, writes, count);
  if (reads == 2) return run_writes<2>(in, out, writes, count);
  if (reads == 3) return run_writes<3>(in, out, writes, count);
  run_writes<4>(in, out, writes, count);
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(run_all);
void stream(const float* const* in, int reads, float* const* out, int writes, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(run_all)(in, reads, out, writes, count);
}
}  // namespace luge::cpu::fused
#endif
