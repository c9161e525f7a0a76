// What pooling kernels share: extents in oneDNN's terms.
#pragma once

#include <string>

#include "backend/cpu/onednn/kernel.h"
#include "ops/attributes/pool.h"

namespace luge::cpu::onednn {

struct PoolProblem {
  Dims x, y, kernel;
  Geometry geometry;
  memory::data_type type{};
  bool overhangs = false;  // the last window reaches beyond the padding (ceil_mode)
  std::string refusal;     // why oneDNN cannot be asked at all

  PoolProblem(const PoolAttributes& attributes, const Type& x, const Type& y);
  double bytes() const;
};

std::unique_ptr<Kernel> avg_pool_candidate(Pick pick);
std::unique_ptr<Kernel> avg_pool_backward_candidate(Pick pick);

/// What the compiler has, or the public layout where it leaves the choice.
LayoutId layout_or_public(const KernelRequest& request, std::size_t input);

/// The kernel's layouts, scratch, cost and note from the primitive and its arguments; refuses layouts without
/// an id.
struct PoolArguments {
  struct Image {
    int id;
    Desc desc;
    std::size_t position;
  };
  std::vector<Image> in, out;
};
Offer pool_offer(const KernelRequest& request, const PoolProblem& problem,
                 const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive,
                 const PoolArguments& arguments, int threads);

}  // namespace luge::cpu::onednn
