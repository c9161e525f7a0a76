// Operand: what may stand beside a tensor in an expression.
#pragma once

#include <type_traits>

#include "luge/tensor.h"

namespace luge {

class Variable;

/// A tensor, the current value of a Variable, or a C++ number. A number takes the dtype of the tensor beside
/// it: any number beside a floating tensor, a whole one beside an integer tensor, true or false beside a bool
/// tensor; the rest throws DTypeError, a whole number that the integer dtype cannot hold ValueError. A number
/// is a run-time input of the program it ends up in: changing it compiles nothing.
class Operand {
 public:
  Operand(const Tensor& tensor) : tensor_(tensor) {}
  Operand(const Variable& variable);
  Operand(Scalar number) : number_(number), is_number_(true) {}
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number) : Operand(Scalar(number)) {}

  bool is_number() const { return is_number_; }
  const Tensor& tensor() const { return tensor_; }
  const Scalar& number() const { return number_; }

 private:
  Tensor tensor_;
  Scalar number_ = 0;
  bool is_number_ = false;
};

}  // namespace luge
