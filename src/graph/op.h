// The contract of an op. An op is one struct in src/ops/<op>.cpp:
//
//   struct Softmax : Op<Softmax, SoftmaxAttributes> {
//     static constexpr auto name = "softmax";
//     Types infer(const Types& in) const;                 // the only place shapes and dtypes are computed
//     Tensors decompose(const Tensors& in) const;         // its meaning in other ops, and/or
//     void reference(const ReferenceCall& call) const;    // its meaning as a plain loop over dense memory
//     Tensors gradient(const GradientCall& call) const;   // one tensor per input, empty where none; or
//     static constexpr auto no_gradient = "why there is none";
//   };
//
// Optional members: `static constexpr Traits traits`, `static constexpr Instruction instruction` (elementwise
// ops: the body is the backends'), `Attributes widened() const` (products of 16-bit operands in float32).
// AnyOp erases the struct once.
#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/instruction.h"
#include "graph/fields.h"
#include "graph/type.h"
#include "luge/tensor.h"

namespace luge {

/// What becomes of an op's float32 operands where a program computes in bfloat16 (precision = bf16).
enum class Narrowing : std::uint8_t {
  none,      // stays in float32: losses, reductions, updates
  products,  // multiplies bfloat16 and sums in float32: matmul, convolutions
  follows,   // computes in bfloat16 what arrives in bfloat16: elementwise, pooling, shapes
  rounds,    // computes in float32, and rounds its first output when its first input arrived in bfloat16
};

struct Traits {
  /// Bit k set: input k is used only for its type (the *_like family, convolution gradients).
  std::uint32_t type_only = 0;
  /// The first output holds input 0's elements in the same row-major order: no work, shared memory (reshape).
  bool alias = false;
  /// Draws random numbers: never merged with an equal node.
  bool random = false;
  /// Reads indices or labels that may be out of range: can fail while running.
  bool can_fail = false;
  /// Estimated work per output element in multiply-adds, for choosing threads.
  double cost = 1;
  /// Outputs from this one on are residuals, made for the gradient op alone. When one of them itself receives
  /// a gradient (second derivatives), the decomposition is differentiated instead.
  int residuals_from = 1 << 30;
  /// Elementwise ops that say nothing follow.
  Narrowing narrowing = Narrowing::none;
  /// Bit k set: input k of `products` stays in float32 (a bias).
  std::uint32_t stays_wide = 0;

  /// Of input k; inputs beyond 31 are never marked.
  bool is_type_only(std::size_t k) const { return k < 32 && (type_only >> k & 1u) != 0; }
  bool keeps_wide(std::size_t k) const { return k < 32 && (stays_wide >> k & 1u) != 0; }
};

/// What went wrong inside a running kernel; turned into an exception by AnyOp::fail after the step.
struct Offence {
  std::int64_t position = 0;  // linear index of the offending element
  Scalar value = 0;           // the element, exact
  std::int64_t limit = 0;     // the bound it broke
};

/// Where kernels record their first offence. Lowest position wins, so that the report repeats.
class Status {
 public:
  void record(const Offence& offence);
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  Offence offence() const { return offence_; }
  void clear() { failed_.store(false); }

 private:
  std::atomic<bool> failed_{false};
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  Offence offence_;
};

/// Dense row-major memory of one value.
struct View {
  Type type;
  void* data = nullptr;
  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
};

struct ReferenceCall {
  std::span<const View> in;   // type-only inputs have data == nullptr
  std::span<const View> out;  // an output nobody reads has data == nullptr
  Status* status;
};

struct GradientCall {
  const Tensors& in;
  const Tensors& out;
  const Tensors& g;                // gradient of each output; empty (not defined()) where none arrives
  const std::vector<bool>& needs;  // which inputs want a gradient
};

class AnyOp {
 public:
  virtual ~AnyOp() = default;
  virtual std::string_view name() const = 0;
  virtual int version() const = 0;
  virtual const Traits& traits() const = 0;
  /// The instruction of an elementwise op, none otherwise.
  virtual Instruction instruction() const = 0;
  virtual Fields fields() const = 0;
  bool equal(const AnyOp& other) const {
    return this == &other || (hash_ == other.hash_ && words_ == other.words_ && name() == other.name());
  }
  virtual Types infer(const Types& in) const = 0;
  virtual bool decomposes() const = 0;
  virtual Tensors decompose(const Tensors& in) const = 0;
  virtual bool has_gradient() const = 0;
  /// Why has_gradient() is false.
  virtual std::string_view no_gradient_reason() const = 0;
  virtual Tensors gradient(const GradientCall& call) const = 0;
  /// The same op with a float32 result of 16-bit operands; null when it has no such form.
  virtual std::shared_ptr<const AnyOp> widened() const { return nullptr; }
  virtual bool has_reference() const = 0;
  virtual void reference(const ReferenceCall& call) const = 0;
  /// Throws the typed error for an offence recorded while running.
  [[noreturn]] virtual void fail(const Offence& offence, std::string_view where) const = 0;

  /// Of name and attributes; the cache compares words() after it.
  std::uint64_t hash() const { return hash_; }
  /// The attributes' exact content: two ops of one name are equal when their words are.
  const FieldWords& words() const { return words_; }
  std::string to_string() const;  // "conv2d {stride=[1,1], …}"
  /// The attribute struct, or null when this op's is another.
  template <class A>
  const A* attributes() const {
    return tag() == &attribute_tag<A> ? static_cast<const A*>(raw_attributes()) : nullptr;
  }

 protected:
  template <class A>
  static constexpr char attribute_tag = 0;
  virtual const void* tag() const = 0;
  virtual const void* raw_attributes() const = 0;
  std::uint64_t hash_ = 0;
  FieldWords words_;
};

using OpRef = std::shared_ptr<const AnyOp>;

/// Base of an op's struct.
template <class Self, class A = NoAttributes>
struct Op : A {
  using Attributes = A;
};

namespace op_detail {
[[noreturn]] void no_such_part(std::string_view op, std::string_view part);
[[noreturn]] void fail_index(std::string_view op, const Offence& offence, std::string_view where);
std::uint64_t hash_name(std::string_view name);
}  // namespace op_detail

template <class O>
std::shared_ptr<const AnyOp> op_ref(typename O::Attributes attributes = {});

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
  int version() const override {
    if constexpr (requires { O::version; }) return O::version;
    return 1;
  }
  const Traits& traits() const override {
    static constexpr Traits plain{.narrowing = requires {O::instruction;
  }
  ? Narrowing::follows : Narrowing::none
};
if constexpr (requires { O::traits; }) return O::traits;
return plain;
}  // namespace luge
Instruction instruction() const override {
  if constexpr (requires { O::instruction; }) return O::instruction;
  return Instruction::none;
}
Fields fields() const override { return fields_of<A>(op_); }
Types infer(const Types& in) const override { return op_.infer(in); }
bool decomposes() const override {
  return requires(const O& o, const Tensors& in) { o.decompose(in); };
}
Tensors decompose([[maybe_unused]] const Tensors& in) const override {
  if constexpr (requires { op_.decompose(in); }) return op_.decompose(in);
  op_detail::no_such_part(name(), "decomposition");
}
bool has_gradient() const override {
  return requires(const O& o, const GradientCall& call) { o.gradient(call); };
}
std::string_view no_gradient_reason() const override {
  if constexpr (requires { O::no_gradient; }) return O::no_gradient;
  return {};
}
Tensors gradient([[maybe_unused]] const GradientCall& call) const override {
  if constexpr (requires { op_.gradient(call); }) return op_.gradient(call);
  op_detail::no_such_part(name(), "gradient");
}
std::shared_ptr<const AnyOp> widened() const override {
  if constexpr (requires { op_.widened(); }) return op_ref<O>(op_.widened());
  return nullptr;
}
bool has_reference() const override {
  return requires(const O& o, const ReferenceCall& call) { o.reference(call); };
}
void reference([[maybe_unused]] const ReferenceCall& call) const override {
  if constexpr (requires { op_.reference(call); }) return op_.reference(call);
  op_detail::no_such_part(name(), "reference loop");
}
[[noreturn]] void fail(const Offence& offence, std::string_view where) const override {
  if constexpr (requires { op_.fail(offence, where); }) op_.fail(offence, where);
  op_detail::fail_index(name(), offence, where);
}

protected:
const void* tag() const override { return &attribute_tag<A>; }
const void* raw_attributes() const override { return static_cast<const A*>(&op_); }

private:
O op_;
}
;

/// Adds a node: infers its types (throws here, at the user's line) and gives one handle per output.
Tensors make_node(OpRef op, std::span<const Tensor> inputs);
/// The same for the first output alone.
Tensor make_single(OpRef op, std::span<const Tensor> inputs);

/// An op's holder; ops without attributes share one.
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
/// Builds a node of op O and gives its first output: `return make<Softmax>({.axis = axis}, x);`
template <class O, class... Inputs>
requires(std::convertible_to<Inputs, Tensor>&&...) Tensor
    make(typename O::Attributes attributes, const Inputs&... inputs) {
  const Tensor list[] = {Tensor(inputs)...};
  return make_single(op_ref<O>(std::move(attributes)), list);
}
template <class O, class... Inputs>
requires(std::convertible_to<Inputs, Tensor>&&...) Tensors
    make_all(typename O::Attributes attributes, const Inputs&... inputs) {
  const Tensor list[] = {Tensor(inputs)...};
  return make_node(op_ref<O>(std::move(attributes)), list);
}

/// Registered ops, by name: for reading graphs from files and for tests that walk the vocabulary.
struct OpEntry {
  std::string_view name;
  int version;
  OpRef (*create)(const Fields& fields);  // throws FormatError for unknown fields
};
std::vector<OpEntry> registered_ops();
const OpEntry* find_op(std::string_view name);
bool register_op(const OpEntry& entry);

/// One per op file: `const Registered<Softmax> registered;`
template <class O>
struct Registered {
  Registered() {
    int version = 1;
    if constexpr (requires { O::version; }) version = O::version;
    register_op({O::name, version, [](const Fields& fields) {
                   return op_ref<O>(attributes_from<typename O::Attributes>(fields));
                 }});
  }
};

}  // namespace luge
