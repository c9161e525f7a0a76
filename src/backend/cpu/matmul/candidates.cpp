// The kernels of a matrix product, the best one first.
#include "backend/cpu/matmul/candidates.h"

#include "backend/cpu/onednn/matmul.h"
#include "backend/cpu/onednn/three_products.h"

namespace luge::cpu {
namespace {

Kernels kernels() {
  Kernels list;
  list.push_back(onednn::three_product_matmul(onednn::Offered::with_amx));
  list.push_back(tiled_matmul());
  list.push_back(onednn::matmul_candidate({}));
  return list;
}

const Candidates matmul("matmul", kernels());

}  // namespace
}  // namespace luge::cpu
