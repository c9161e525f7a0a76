// Operand: what may be combined with a tensor in an expression.
#pragma once

#include <type_traits>

#include "luge/tensor.h"

namespace luge {

class Variable;

/// A tensor, the current value of a Variable, or a C++ number. A number takes the dtype of the tensor that it
/// is combined with: any number fits a floating tensor, a whole number fits an integer tensor, and true or
/// false fits a bool tensor. Another number throws DTypeError, and a whole number that the integer dtype
/// cannot hold throws ValueError. A number is a run-time input of its program, so programs are not compiled
/// again for another number.
class Operand {
 public:
  /// A tensor.
  Operand(const Tensor& tensor) : tensor_(tensor) {}
  /// The current value of a Variable.
  Operand(const Variable& variable);
  /// A number.
  Operand(Scalar number) : number_(number), is_number_(true) {}
  /// A number of any arithmetic C++ type.
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number) : Operand(Scalar(number)) {}

  /// Returns true for a number.
  bool is_number() const { return is_number_; }
  /// Returns the tensor; it is empty for a number.
  const Tensor& tensor() const { return tensor_; }
  /// Returns the number; it is 0 for a tensor.
  const Scalar& number() const { return number_; }

 private:
  Tensor tensor_;
  Scalar number_ = 0;
  bool is_number_ = false;
};

}  // namespace luge
