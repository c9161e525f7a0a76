// Vectors of the loops over images with few channels. Per-target include guard, as Highway wants it.
#if defined(LUGE_CONV_FEW_CHANNELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_CONV_FEW_CHANNELS_INL_H_
#undef LUGE_CONV_FEW_CHANNELS_INL_H_
#else
#define LUGE_CONV_FEW_CHANNELS_INL_H_
#endif

#include <cstdint>

#include "backend/cpu/vector/lanes-inl.h"
#include "hwy/highway.h"

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

using std::int64_t;

namespace hn = hwy::HWY_NAMESPACE;
using cpu::vector::HWY_NAMESPACE::load_lanes;
using cpu::vector::HWY_NAMESPACE::store_lanes;
using D = cpu::vector::HWY_NAMESPACE::F;
using V = cpu::vector::HWY_NAMESPACE::Register;
constexpr int64_t kLanes = hn::MaxLanes(D());
constexpr bool kWide = HWY_TARGET == HWY_AVX3;

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

#endif
