// The post-ops that our own convolutions fuse, from the request to the values of a call.
#pragma once

#include <cstdint>
#include <string>

#include "backend/backend.h"
#include "backend/cpu/conv/post_op_values.h"

namespace luge::cpu::conv {

/// The bias and the post-ops of a request: one addition of a value that lies as the result does, then relu,
/// perhaps a leaky one, then the minimum with one number. Each may be missing.
struct FusedPostOps {
  int bias = -1, addend = -1, limit = -1;  // positions among the inputs
  bool relu = false;
  float slope = 0;  // of relu below 0, less than 1
  std::int64_t channels = 0;
  std::string refusal = {};  // empty: all of the request's steps can be fused

  /// None, as for gradients.
  FusedPostOps() = default;
  /// Those of a forward convolution.
  explicit FusedPostOps(const KernelRequest& request);
  PostOpValues values(const KernelCall& call) const;

 private:
  /// Why this step cannot come next, or nothing.
  std::string take(const KernelRequest& request, const PostOp& post);
};

/// The layouts of a forward convolution on blocks of this many channels: images, and what is added, in
/// cpu::channel_blocks; weights as given; all else public.
void lay_in_blocks(Offer& offer, const KernelRequest& request, const FusedPostOps& post_ops, int lanes,
                   LayoutId weights);

}  // namespace luge::cpu::conv
