// Means of windows whose sums leave float32: oneDNN adds up before it divides, so they come out infinite.
#pragma once

#include "backend/backend.h"
#include "ops/attributes/pool.h"

namespace luge::cpu::onednn {

/// `kernel`, and after it each mean that is not finite once more, in float64. Of f32 or bf16 images; in a
/// layout that is not N,C,…, N,…,C or blocks of channels the kernel alone.
std::shared_ptr<const PreparedKernel> with_far_means(std::shared_ptr<const PreparedKernel> kernel,
                                                     const PoolAttributes& attributes, const Type& x,
                                                     LayoutId x_layout, const Type& y, LayoutId y_layout,
                                                     int threads);

}  // namespace luge::cpu::onednn
