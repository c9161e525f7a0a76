#include "compile/post_ops.h"

#include <bit>

namespace luge::compiler {

OpWithPostOps::OpWithPostOps(OpRef inner, std::size_t own, std::vector<PostOp> post, std::vector<OpRef> chain)
    : inner_(std::move(inner)),
      own_(own),
      post_(std::move(post)),
      chain_(std::move(chain)),
      name_(inner_->name()) {
  words_ = inner_->words();
  for (const PostOp& op : post_) {
    name_ += std::string(op.slope == 0 ? "+" : "+leaky_") + std::string(luge::name(op.instruction));
    words_.push_back(static_cast<std::uint64_t>(op.instruction) << 32 |
                     static_cast<std::uint32_t>(op.operand));
    words_.push_back(std::bit_cast<std::uint64_t>(op.slope));
  }
  hash_ = op_detail::hash_name(name_);
  for (std::uint64_t word : words_) fields_detail::mix(hash_, word);
}

Types OpWithPostOps::infer(const Types& in) const {
  Types own;
  for (std::size_t k = 0; k < own_; ++k) own.push_back(in[k]);
  return inner_->infer(own);
}

Tensors OpWithPostOps::decompose(const Tensors& in) const {
  Tensors outputs = make_node(inner_, std::span(in).first(own_));
  for (std::size_t i = 0; i < chain_.size(); ++i) {
    Tensors operands = {outputs[0]};
    if (post_[i].operand >= 0) operands.push_back(in[static_cast<std::size_t>(post_[i].operand)]);
    outputs[0] = make_single(chain_[i], operands);
  }
  return outputs;
}

void OpWithPostOps::fail(const KernelError& error, std::string_view where) const {
  inner_->fail(error, where);
  // Never reached: gcc does not know that a virtual call never returns.
  op_detail::fail_index(name_, error, where);
}

OpRef with_post_ops(OpRef op, std::size_t own, std::vector<PostOp> post, std::vector<OpRef> chain) {
  return std::make_shared<OpWithPostOps>(std::move(op), own, std::move(post), std::move(chain));
}

}  // namespace luge::compiler
