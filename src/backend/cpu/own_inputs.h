// Which inputs of a request belong to the op itself.
#pragma once

#include <algorithm>
#include <cstddef>

#include "backend/backend.h"

namespace luge::cpu {

/// How many inputs are before the operands of post-ops.
inline std::size_t own_inputs(const KernelRequest& request) {
  std::size_t own = request.in.size();
  for (const PostOp& post : request.post) {
    if (post.operand >= 0) own = std::min(own, static_cast<std::size_t>(post.operand));
  }
  return own;
}

}  // namespace luge::cpu
