// The kernels of a matrix product, the best one first.
#include "backend/cpu/candidates.h"
#include "backend/cpu/matmul/candidates.h"

#include "backend/cpu/onednn/bf16x3.h"
#include "backend/cpu/onednn/matmul.h"

namespace luge::cpu::matmul {
namespace {

const Candidates candidates("matmul",
                            best_first(onednn::bf16x3_matmul(onednn::Offered::with_amx), tiled_matmul(),
                                       float64_matmul(), onednn::matmul_candidate({})));

}  // namespace
}  // namespace luge::cpu::matmul
