#include "backend/cpu/conv/post_ops.h"

#include <fmt/format.h>

namespace luge::cpu::conv {

FusedPostOps::FusedPostOps(const KernelRequest& request) {
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

}  // namespace luge::cpu::conv
