#include "backend/cpu/conv/post_ops.h"

#include <fmt/format.h>

#include "backend/cpu/own_inputs.h"

namespace luge::cpu::conv {

FusedPostOps::FusedPostOps(const KernelRequest& request)
    : bias(own_inputs(request) == 3 ? 2 : -1), channels(request.out[0].shape[1]) {
  for (const PostOp& post : request.post) {
    if (relu) {
      refusal = "fuses nothing after relu";
    } else if (post.instruction == Instruction::relu) {
      relu = true;
      slope = static_cast<float>(post.slope);
    } else if (post.instruction != Instruction::add || post.operand < 0 || addend >= 0) {
      refusal = fmt::format("fuses one addition and relu, got {}", name(post.instruction));
    } else if (request.in[static_cast<std::size_t>(post.operand)] != request.out[0]) {
      refusal = "adds whole images only";
    } else {
      addend = post.operand;
    }
  }
}

PostOpValues FusedPostOps::values(const KernelCall& call) const {
  const auto input = [&](int k) { return k < 0 ? nullptr : static_cast<const float*>(call.in[k]); };
  return {.bias = input(bias), .addend = input(addend), .relu = relu, .slope = slope, .channels = channels};
}

}  // namespace luge::cpu::conv
