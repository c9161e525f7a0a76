// AnyOp: an op whose struct has been erased. Everything outside src/ops/ sees ops through it.
// graph/op_model.h says how an op is written.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/instruction.h"
#include "graph/fields.h"
#include "graph/kernel_error.h"
#include "graph/traits.h"
#include "graph/type.h"
#include "luge/tensor.h"

namespace luge {

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
  std::span<const View> out;  // an output that is not used has data == nullptr
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
  /// Throws the typed error for an error recorded while running.
  [[noreturn]] virtual void fail(const KernelError& error, std::string_view where) const = 0;

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
  /// Is the other op's attribute struct of the same type?
  bool shares_attribute_type(const AnyOp& other) const { return tag() == other.tag(); }

 protected:
  template <class A>
  static constexpr char attribute_tag = 0;
  virtual const void* tag() const = 0;
  virtual const void* raw_attributes() const = 0;
  std::uint64_t hash_ = 0;
  FieldWords words_;
};

using OpRef = std::shared_ptr<const AnyOp>;

/// Adds a node: infers its types (throws here, at the user's line) and returns one handle for each output.
Tensors make_node(OpRef op, std::span<const Tensor> inputs);
/// The same, for the first output alone.
Tensor make_single(OpRef op, std::span<const Tensor> inputs);

namespace op_detail {
/// Throws GraphError: the op has no such part ("gradient", "decomposition").
[[noreturn]] void no_such_part(std::string_view op, std::string_view part);
/// Throws IndexError for an index out of range.
[[noreturn]] void fail_index(std::string_view op, const KernelError& error, std::string_view where);
std::uint64_t hash_name(std::string_view name);
}  // namespace op_detail

}  // namespace luge
