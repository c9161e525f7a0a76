// An op with the elementwise consumers that its kernel applies before it stores its result (post-ops).
#pragma once

#include <string>
#include <vector>

#include "backend/backend.h"
#include "graph/op.h"

namespace luge::compiler {

class OpWithPostOps final : public AnyOp {
 public:
  /// `own` inputs belong to `inner`; the operands of `post` come after them.
  OpWithPostOps(OpRef inner, std::size_t own, std::vector<PostOp> post, std::vector<OpRef> chain);

  const AnyOp& inner() const { return *inner_; }
  const std::vector<PostOp>& post() const { return post_; }

  std::string_view name() const override { return name_; }
  int version() const override { return inner_->version(); }
  const Traits& traits() const override { return inner_->traits(); }
  Instruction instruction() const override { return Instruction::none; }
  Fields fields() const override { return inner_->fields(); }
  Types infer(const Types& in) const override;
  bool decomposes() const override { return true; }
  /// The op and its consumers one by one.
  Tensors decompose(const Tensors& in) const override;
  bool has_gradient() const override { return false; }
  std::string_view no_gradient_reason() const override {
    return "made by the compiler, after differentiation";
  }
  Tensors gradient(const GradientCall& call) const override { return inner_->gradient(call); }
  bool has_reference() const override { return false; }
  void reference(const ReferenceCall& call) const override { inner_->reference(call); }
  [[noreturn]] void fail(const KernelError& error, std::string_view where) const override;

 protected:
  const void* tag() const override { return nullptr; }
  const void* raw_attributes() const override { return nullptr; }

 private:
  OpRef inner_;
  std::size_t own_;
  std::vector<PostOp> post_;
  std::vector<OpRef> chain_;
  std::string name_;
};

/// The op with the post-ops of `chain`, whose second operands come after its `own` inputs.
OpRef with_post_ops(OpRef op, std::size_t own, std::vector<PostOp> post, std::vector<OpRef> chain);

}  // namespace luge::compiler
