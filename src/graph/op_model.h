// How an op is written: one struct in src/ops/<op>.cpp.
//
//   struct Softmax : Op<Softmax, SoftmaxAttributes> {
//     static constexpr auto name = "softmax";
//     Types infer(const Types& in) const;                 // the only code that computes shapes and dtypes
//     Tensors decompose(const Tensors& in) const;         // its meaning in other ops, and/or
//     void reference(const ReferenceCall& call) const;    // its meaning as a plain loop over dense memory
//     Tensors gradient(const GradientCall& call) const;   // one tensor per input, empty where none; or
//     static constexpr auto no_gradient = "why there is none";
//   };
//   const Registered<Softmax> registered;               // graph/op_registry.h: files name it, tests find it
//
// Optional members: `static constexpr Traits traits`, `static constexpr Instruction instruction` (elementwise
// ops: the body is the backends'), `Attributes widened() const` (products of 16-bit operands in float32).
// OpModel erases the struct: it is the AnyOp that nodes hold.
#pragma once

#include <concepts>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "graph/op.h"

namespace luge {

/// Base of an op's struct.
template <class Self, class A = NoAttributes>
struct Op : A {
  using Attributes = A;
};

// Which optional members an op has. Named variables rather than requires-expressions in place: older
// formatters break these apart.
namespace op_detail {
template <class O>
inline constexpr bool has_version = requires {
  O::version;
};
template <class O>
inline constexpr bool has_traits = requires {
  O::traits;
};
template <class O>
inline constexpr bool has_instruction = requires {
  O::instruction;
};
template <class O>
inline constexpr bool has_decomposition = requires(const O& op, const Tensors& in) {
  op.decompose(in);
};
template <class O>
inline constexpr bool has_gradient = requires(const O& op, const GradientCall& call) {
  op.gradient(call);
};
template <class O>
inline constexpr bool has_no_gradient_reason = requires {
  O::no_gradient;
};
template <class O>
inline constexpr bool has_widened = requires(const O& op) {
  op.widened();
};
template <class O>
inline constexpr bool has_reference = requires(const O& op, const ReferenceCall& call) {
  op.reference(call);
};
template <class O>
inline constexpr bool has_fail = requires(const O& op, const KernelError& error, std::string_view where) {
  op.fail(error, where);
};

template <class O>
constexpr int version_of() {
  if constexpr (has_version<O>) return O::version;
  return 1;
}

template <class O>
constexpr Traits traits_of() {
  if constexpr (has_traits<O>) return O::traits;
  return {.narrowing = has_instruction<O> ? Narrowing::follows : Narrowing::none};
}
}  // namespace op_detail

template <class O>
OpRef op_ref(typename O::Attributes attributes = {});

template <class O>
class OpModel final : public AnyOp {
 public:
  using A = typename O::Attributes;
  explicit OpModel(O op) : op_(std::move(op)) {
    words_ = words_of<A>(op_);
    hash_ = op_detail::hash_name(O::name);
    for (std::uint64_t word : words_) fields_detail::mix(hash_, word);
  }
  std::string_view name() const override { return O::name; }
  int version() const override { return op_detail::version_of<O>(); }
  const Traits& traits() const override {
    static constexpr Traits traits = op_detail::traits_of<O>();
    return traits;
  }
  Instruction instruction() const override {
    if constexpr (op_detail::has_instruction<O>) return O::instruction;
    return Instruction::none;
  }
  Fields fields() const override { return fields_of<A>(op_); }
  Types infer(const Types& in) const override { return op_.infer(in); }
  bool decomposes() const override { return op_detail::has_decomposition<O>; }
  Tensors decompose([[maybe_unused]] const Tensors& in) const override {
    if constexpr (op_detail::has_decomposition<O>) return op_.decompose(in);
    op_detail::no_such_part(name(), "decomposition");
  }
  bool has_gradient() const override { return op_detail::has_gradient<O>; }
  std::string_view no_gradient_reason() const override {
    if constexpr (op_detail::has_no_gradient_reason<O>) return O::no_gradient;
    return {};
  }
  Tensors gradient([[maybe_unused]] const GradientCall& call) const override {
    if constexpr (op_detail::has_gradient<O>) return op_.gradient(call);
    op_detail::no_such_part(name(), "gradient");
  }
  OpRef widened() const override {
    if constexpr (op_detail::has_widened<O>) return op_ref<O>(op_.widened());
    return nullptr;
  }
  bool has_reference() const override { return op_detail::has_reference<O>; }
  void reference([[maybe_unused]] const ReferenceCall& call) const override {
    if constexpr (op_detail::has_reference<O>) return op_.reference(call);
    op_detail::no_such_part(name(), "reference loop");
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view where) const override {
    if constexpr (op_detail::has_fail<O>) op_.fail(error, where);
    op_detail::fail_index(name(), error, where);
  }

 protected:
  const void* tag() const override { return &attribute_tag<A>; }
  const void* raw_attributes() const override { return static_cast<const A*>(&op_); }

 private:
  O op_;
};

/// The holder of an op; ops without attributes share one.
template <class O>
OpRef op_ref(typename O::Attributes attributes) {
  if constexpr (std::is_empty_v<typename O::Attributes>) {
    static const OpRef& shared = *new OpRef(std::make_shared<OpModel<O>>(O{}));
    return shared;
  } else {
    O op;
    static_cast<typename O::Attributes&>(op) = std::move(attributes);
    return std::make_shared<OpModel<O>>(std::move(op));
  }
}

/// Adds a node of op O and returns its first output: `return make<Softmax>({.axis = axis}, x);`
template <class O, std::convertible_to<Tensor>... Inputs>
Tensor make(typename O::Attributes attributes, const Inputs&... inputs) {
  const Tensor list[] = {Tensor(inputs)...};
  return make_single(op_ref<O>(std::move(attributes)), list);
}
/// The same, for all outputs.
template <class O, std::convertible_to<Tensor>... Inputs>
Tensors make_all(typename O::Attributes attributes, const Inputs&... inputs) {
  const Tensor list[] = {Tensor(inputs)...};
  return make_node(op_ref<O>(std::move(attributes)), list);
}

}  // namespace luge
