#include "backend/cpu/conv/post_ops.h"

#include <fmt/format.h>

#include "backend/cpu/layout.h"
#include "backend/cpu/operand.h"
#include "backend/cpu/own_inputs.h"

namespace luge::cpu::conv {

FusedPostOps::FusedPostOps(const KernelRequest& request)
    : bias(own_inputs(request) == 3 ? 2 : -1), channels(request.out[0].shape[1]) {
  for (const PostOp& post : request.post) {
    refusal = take(request, post);
    if (!refusal.empty()) return;
  }
}

std::string FusedPostOps::take(const KernelRequest& request, const PostOp& post) {
  const Type* operand = post.operand < 0 ? nullptr : &request.in[static_cast<std::size_t>(post.operand)];
  if (limit >= 0) return "fuses nothing after minimum";
  if (post.instruction == Instruction::minimum && operand) {
    if (reach_of(operand->shape, request.out[0].shape, 1) != Reach::number || operand->dtype != DType::f32)
      return fmt::format("fuses the minimum with one number of f32, got {}", operand->to_string());
    limit = post.operand;
    return {};
  }
  if (relu) return "fuses nothing but minimum after relu";
  if (post.instruction == Instruction::relu) {
    relu = true;
    slope = static_cast<float>(post.slope);
    return {};
  }
  if (post.instruction != Instruction::add || !operand || addend >= 0)
    return fmt::format("fuses one addition, relu and minimum, got {}", name(post.instruction));
  if (*operand != request.out[0]) return "adds whole images only";
  addend = post.operand;
  return {};
}

PostOpValues FusedPostOps::values(const KernelCall& call) const {
  const auto input = [&](int k) { return k < 0 ? nullptr : static_cast<const float*>(call.in[k]); };
  return {.bias = input(bias),
          .addend = input(addend),
          .relu = relu,
          .slope = slope,
          .limited = limit >= 0,
          .limit = limit >= 0 ? *input(limit) : 0,
          .channels = channels};
}

void lay_in_blocks(Offer& offer, const KernelRequest& request, const FusedPostOps& post_ops, int lanes,
                   LayoutId weights) {
  offer.in_layouts.assign(request.in.size(), public_layout);
  offer.in_layouts[0] = cpu::channel_blocks(lanes, request.in[0]);
  offer.in_layouts[1] = weights;
  offer.out_layouts = {cpu::channel_blocks(lanes, request.out[0])};
  if (post_ops.addend >= 0)
    offer.in_layouts[static_cast<std::size_t>(post_ops.addend)] = offer.out_layouts[0];
}

}  // namespace luge::cpu::conv
