// random_uniform: Philox4x32-10 on as many counters at once as a vector holds.
#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/random_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>

#include "backend/cpu/fused/functions.h"
#include "core/philox.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR
constexpr std::size_t kBlocks = 1;

void blocks(std::uint32_t* words, std::uint64_t seed, std::uint64_t draw, std::uint64_t first) {
  const PhiloxBlock block = philox(seed, draw, first);
  std::copy(block.begin(), block.end(), words);
}
#else
constexpr std::size_t kLanes = HWY_MAX_BYTES / 4, kBlocks = 2 * kLanes;

namespace hn = hwy::HWY_NAMESPACE;
using Words = hn::ScalableTag<std::uint32_t>;
using Vector = hn::Vec<Words>;

// Both halves of 32 × 32 bit products.
HWY_INLINE void multiply(Vector a, Vector factor, Vector& high, Vector& low) {
  const Words d;
  const hn::RepartitionToWide<Words> wide;
  const auto even = hn::MulEven(a, factor);
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, a))), factor);
  high = hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even)));
  low = hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
}

// The counters of a vector of blocks. The lanes share their upper half, but for a carry.
struct Counters {
  Vector c0, c1, c2, c3;
};
HWY_INLINE Counters counters(std::uint64_t draw, std::uint64_t first) {
  const Words d;
  const Vector start = hn::Set(d, static_cast<std::uint32_t>(first));
  const Vector c0 = hn::Iota(d, static_cast<std::uint32_t>(first));
  const Vector carry = hn::IfThenElseZero(hn::Lt(c0, start), hn::Set(d, 1u));
  return {c0, hn::Add(hn::Set(d, static_cast<std::uint32_t>(first >> 32)), carry),
          hn::Set(d, static_cast<std::uint32_t>(draw)), hn::Set(d, static_cast<std::uint32_t>(draw >> 32))};
}
HWY_INLINE void mix(Counters& c, std::uint32_t k0, std::uint32_t k1) {
  const Words d;
  Vector high0, low0, high1, low1;
  multiply(c.c0, hn::Set(d, 0xD2511F53u), high0, low0);
  multiply(c.c2, hn::Set(d, 0xCD9E8D57u), high1, low1);
  c.c0 = hn::Xor(hn::Xor(high1, c.c1), hn::Set(d, k0));
  c.c1 = low1;
  c.c2 = hn::Xor(hn::Xor(high0, c.c3), hn::Set(d, k1));
  c.c3 = low0;
}

// Two vectors of blocks, since one would wait for its own products: words[4·k + w] is word w of block
// first + k.
void blocks(std::uint32_t* words, std::uint64_t seed, std::uint64_t draw, std::uint64_t first) {
  const Words d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t at = 0; at < kBlocks; at += 2 * lanes) {
    Counters a = counters(draw, first + at), b = counters(draw, first + at + lanes);
    auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      mix(a, k0, k1);
      mix(b, k0, k1);
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    hn::StoreInterleaved4(a.c0, a.c1, a.c2, a.c3, d, words + 4 * at);
    hn::StoreInterleaved4(b.c0, b.c1, b.c2, b.c3, d, words + 4 * (at + lanes));
  }
}
#endif

struct Key {
  std::uint64_t seed, draw;
};

// Words 4·block … of whole vectors of blocks, cut to the elements asked for. An element takes 1 word, or 2
// for f64.
template <std::size_t PerElement, class T, class Convert>
void fill(T* out, Key key, std::uint64_t index, std::size_t count, Convert convert) {
  constexpr std::uint64_t in_block = 4 / PerElement, at_once = in_block * kBlocks;
  alignas(64) std::uint32_t words[4 * kBlocks];
  const std::uint64_t end = index + count;
  for (std::uint64_t block = index / in_block; block * in_block < end; block += kBlocks) {
    blocks(words, key.seed, key.draw, block);
    const std::uint64_t start = block * in_block;
    if (start >= index && start + at_once <= end) {
      T* drawn = out + (start - index);
      for (std::uint64_t i = 0; i < at_once; ++i) drawn[i] = convert(words + i * PerElement);
      continue;
    }
    const std::uint64_t from = std::max(index, start), to = std::min(end, start + at_once);
    T* drawn = out + (from - index);
    const std::uint32_t* word = words + (from - start) * PerElement;
    for (std::uint64_t i = 0; i < to - from; ++i) drawn[i] = convert(word + i * PerElement);
  }
}

void random_target(void* out, DType dtype, const void* key_words, std::uint64_t index, std::size_t count) {
  const auto* given = static_cast<const std::int64_t*>(key_words);
  const Key key{static_cast<std::uint64_t>(given[0]), static_cast<std::uint64_t>(given[1])};
  if (dtype == DType::f64) {
    return fill<2>(static_cast<double*>(out), key, index, count,
                   [](const std::uint32_t* word) { return uniform_f64(word[0], word[1]); });
  }
  // bf16 and f16 take as many bits as they hold, so that nothing rounds up to 1.
  const int drop = dtype == DType::bf16 ? 24 : dtype == DType::f16 ? 21 : 8;
  const float scale = dtype == DType::bf16 ? 0x1p-8f : dtype == DType::f16 ? 0x1p-11f : 0x1p-24f;
  fill<1>(static_cast<float*>(out), key, index, count, [drop, scale](const std::uint32_t* word) {
    return static_cast<float>(static_cast<std::int32_t>(*word >> drop)) * scale;
  });
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(random_target);
void random_tile(void* out, DType dtype, const void* key, std::uint64_t index, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(random_target)(out, dtype, key, index, count);
}
}  // namespace luge::cpu::fused
#endif
