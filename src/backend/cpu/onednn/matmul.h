// What the candidates for matrix products share.
#pragma once

#include <string>

#include "backend/cpu/onednn/kernel.h"
#include "ops/attributes/matmul.h"

namespace luge::cpu::onednn {

/// One side of a product. Plain memory: either side may be transposed by its strides alone.
struct MatmulSide {
  Dims dims;     // batch…, rows, columns; as the product sees them
  bool flipped;  // memory holds columns, rows
};

struct MatmulProblem {
  MatmulSide a, b;
  Dims c;
  double flops = 0;

  MatmulProblem(const MatmulAttributes& attributes, const KernelRequest& request);
  std::size_t rank() const { return c.size(); }
  memory::dim depth() const { return a.dims.back(); }
  /// A side as a descriptor of this type.
  Desc describe(const MatmulSide& side, memory::data_type type) const;
};

/// Where the sides lie when a product runs.
struct MatmulOperands {
  Desc a, b;
  MemorySource at_a = in(0), at_b = in(1);
};
/// Appends the product, bias and post-ops included, to the chain; everything of the offer but its cost.
/// `preferred`: part of the name of the implementation that is taken where oneDNN has it.
Offer matmul_offer(const KernelRequest& request, const MatmulProblem& problem, const MatmulOperands& operands,
                   int threads, std::shared_ptr<PrimitiveChain> chain, Pick pick = {},
                   std::string_view preferred = {});

std::unique_ptr<Kernel> matmul_candidate(Pick pick);

}  // namespace luge::cpu::onednn
