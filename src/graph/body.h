// Body: a function of tensors as a list of ops. Control flow (scan, while_loop, cond) keeps the functions
// that it runs in this form: they can be compared, stored in files, replayed as nodes and compiled.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "graph/op.h"
#include "luge/tensor.h"

namespace luge {

struct Body {
  /// An output of an entry. The first `inputs` entries are the inputs of the function.
  struct Value {
    int entry = 0;
    int out = 0;
    bool operator==(const Value&) const = default;
  };
  struct Number {
    DType dtype;
    std::int64_t words[2];  // as a scalar leaf holds them
  };
  struct Call {
    OpRef op;
    std::vector<Value> inputs;
    bool again = false;  // never merged with an equal one (checkpoint's recomputation)
  };
  std::size_t inputs = 0;
  std::vector<std::variant<Number, Call>> steps;  // entries after the inputs; inputs before users
  std::vector<Value> outputs;

  bool is_input(const Value& value) const { return static_cast<std::size_t>(value.entry) < inputs; }
};

/// The function as nodes on these inputs.
Tensors replay(const Body& body, const Tensors& inputs);
/// Types of the outputs for inputs of these types. Throws what the ops throw.
Types infer(const Body& body, std::span<const Type> in);
/// For each input: whether anything refers to it.
std::vector<bool> inputs_used(const Body& body);
/// The function without the inputs that are not kept; nothing may use them.
Body with_inputs(const Body& body, const std::vector<bool>& kept);
/// Inputs that are read for their type alone are replaced: input k by input `instead[k]`, where that is not
/// negative.
void replace_typed_inputs(Body& body, const std::vector<int>& instead);

/// As text, without spaces at its ends, and back. Equal functions that were recorded in the same way have
/// equal texts. Reading throws FormatError.
std::string to_text(const Body& body);
Body body_from_text(std::string_view text);

/// An attribute that is a function. Its field is the text; it is read when the function is first asked for.
class BodyField {
 public:
  BodyField() = default;
  explicit BodyField(Body body) : text(to_text(body)), body_(std::make_shared<const Body>(std::move(body))) {}
  /// Throws FormatError when the text is not a function.
  const Body& body() const;

  std::string text;

 private:
  mutable std::shared_ptr<const Body> body_;  // written once, under a lock
};

/// A function that was recorded. Its inputs are the arguments, then what it took from outside, then random
/// keys.
struct RecordedBody {
  Body body;
  Tensors captured;
  std::size_t keys = 0;
};
/// Calls the function once with arguments of these types, which have no values. Variables that it reads
/// become captured tensors. `op` and `what` ("step", "condition") begin the errors. Throws StateError when it
/// assigns a Variable or returns an empty tensor.
RecordedBody record_body(std::string_view op, std::string_view what, std::span<const Type> arguments,
                         const std::function<Tensors(const Tensors&)>& function);

/// Gradients of Σ roots·seeds with respect to leaves; empty where none arrives. Set by the room of the
/// reverse walk, which is below this one.
using Backward = Tensors (*)(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                             std::span<const Tensor> leaves);
Tensors backward_to_leaves(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                           std::span<const Tensor> leaves);
void set_backward(Backward backward);

}  // namespace luge
