// What a kernel is expected to take, from its shape and the instruction set alone, so that choices repeat.
#pragma once

#include <string>
#include <string_view>

#include "luge/dtype.h"

namespace luge::cpu::onednn {

/// Threads for so much work: below a few microseconds of one core, waking a second one costs more than it
/// saves.
int threads_for(double flops, double bytes, int available);

/// Seconds for `flops` at the share `efficiency` of the machine's peak, or for moving `bytes`, whichever is
/// longer.
double seconds(DType type, double flops, double efficiency, double bytes, int threads);

/// oneDNN has its kernels for AVX-512, those of bfloat16 among them.
bool has_avx512();

/// The processor multiplies tiles of bfloat16.
bool has_amx();

/// Refusal in words when oneDNN answered with its slow reference code, else empty.
std::string refuse_slow(std::string_view implementation);

}  // namespace luge::cpu::onednn
