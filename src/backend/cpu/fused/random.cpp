// random_uniform: Philox4x32-10 on as many counters at once as a vector holds.
#include "backend/cpu/fused/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/random.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>

#include "backend/cpu/fused/functions.h"
#include "core/philox.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::tiles::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR
constexpr std::size_t kBlocks = 1;

void blocks(std::uint32_t* words, std::uint64_t seed, std::uint64_t draw, std::uint64_t first) {
  const PhiloxBlock block = philox(seed, draw, first);
  std::copy(block.begin(), block.end(), words);
}
#else
constexpr std::size_t kBlocks = HWY_MAX_BYTES / 4;

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
  low = hn::Mul(a, factor);
}

// One vector of blocks: words[4·lane + w] is word w of block first + lane. The lanes share the counter's
// upper half.
void blocks(std::uint32_t* words, std::uint64_t seed, std::uint64_t draw, std::uint64_t first) {
  const Words d;
  Vector c0 = hn::Iota(d, static_cast<std::uint32_t>(first));
  Vector c1 = hn::Set(d, static_cast<std::uint32_t>(first >> 32));
  c1 = hn::Add(c1,
               hn::IfThenElseZero(hn::Lt(c0, hn::Set(d, static_cast<std::uint32_t>(first))), hn::Set(d, 1u)));
  Vector c2 = hn::Set(d, static_cast<std::uint32_t>(draw));
  Vector c3 = hn::Set(d, static_cast<std::uint32_t>(draw >> 32));
  auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
  const Vector m0 = hn::Set(d, 0xD2511F53u), m1 = hn::Set(d, 0xCD9E8D57u);
  for (int round = 0; round < 10; ++round) {
    Vector high0, low0, high1, low1;
    multiply(c0, m0, high0, low0);
    multiply(c2, m1, high1, low1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(d, k0));
    c1 = low1;
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(d, k1));
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  hn::StoreInterleaved4(c0, c1, c2, c3, d, words);
}
#endif

struct Key {
  std::uint64_t seed, draw;
};

// Words 4·block … of whole vectors of blocks, cut to the elements asked for. per_element: 1 word, or 2 for
// f64.
template <class T, class Convert>
void fill(T* out, Key key, std::uint64_t index, std::size_t count, std::size_t per_element, Convert convert) {
  alignas(64) std::uint32_t words[4 * kBlocks];
  const std::uint64_t in_block = 4 / per_element, at_once = in_block * kBlocks;
  const std::uint64_t end = index + count;
  for (std::uint64_t block = index / in_block; block * in_block < end; block += kBlocks) {
    blocks(words, key.seed, key.draw, block);
    const std::uint64_t start = block * in_block;
    const std::uint64_t from = std::max(index, start), to = std::min(end, start + at_once);
    T* place = out + (from - index);
    const std::uint32_t* word = words + (from - start) * per_element;
    for (std::uint64_t i = 0; i < to - from; ++i) place[i] = convert(word + i * per_element);
  }
}

void random_target(void* out, DType dtype, const void* key_words, std::uint64_t index, std::size_t count) {
  const auto* given = static_cast<const std::int64_t*>(key_words);
  const Key key{static_cast<std::uint64_t>(given[0]), static_cast<std::uint64_t>(given[1])};
  if (dtype == DType::f64) {
    return fill(static_cast<double*>(out), key, index, count, 2,
                [](const std::uint32_t* word) { return uniform_f64(word[0], word[1]); });
  }
  // bf16 and f16 take as many bits as they hold, so that nothing rounds up to 1.
  const int drop = dtype == DType::bf16 ? 24 : dtype == DType::f16 ? 21 : 8;
  const float scale = dtype == DType::bf16 ? 0x1p-8f : dtype == DType::f16 ? 0x1p-11f : 0x1p-24f;
  fill(static_cast<float*>(out), key, index, count, 1, [drop, scale](const std::uint32_t* word) {
    return static_cast<float>(static_cast<std::int32_t>(*word >> drop)) * scale;
  });
}

}  // namespace
}  // namespace luge::tiles::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::tiles {
HWY_EXPORT(random_target);
void random_tile(void* out, DType dtype, const void* key, std::uint64_t index, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(random_target)(out, dtype, key, index, count);
}
}  // namespace luge::tiles
#endif
