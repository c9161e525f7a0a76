// The kernels of a matrix product, the best one first.
#include "backend/cpu/matmul/candidates.h"

#include "backend/cpu/onednn/matmul.h"
#include "backend/cpu/onednn/three_products.h"

namespace luge::cpu {
namespace {

const Candidates matmul("matmul", best_first(onednn::three_product_matmul(onednn::Offered::with_amx),
                                             tiled_matmul(), onednn::matmul_candidate({})));

}  // namespace
}  // namespace luge::cpu
