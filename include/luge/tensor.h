// Tensor: an immutable, value-semantic handle to one output of a node in the graph.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <source_location>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "luge/dtype.h"
#include "luge/error.h"
#include "luge/shape.h"

namespace luge {

struct Node;             // internal
class Axes;              // luge/ops/axes.h
class Operand;           // luge/ops/operand.h
enum class Keep : bool;  // luge/ops/axes.h

/// A C++ number used in an expression with tensors. It takes the dtype of a floating tensor; a fractional
/// number beside an integer or bool tensor is a DTypeError (write cast). Whole numbers of every C++ type up
/// to 64 bits keep their value.
class Scalar {
 public:
  Scalar(bool value) : real_(value), whole_(value), kind_(Kind::boolean) {}
  template <std::integral T>
  requires(!std::same_as<T, bool> && sizeof(T) <= 8) Scalar(T value)
      : real_(static_cast<double>(value)),
        whole_(static_cast<std::int64_t>(value)),
        kind_(value > 0 && whole_ < 0 ? Kind::large : Kind::whole) {}
  template <std::floating_point T>
  Scalar(T value) : real_(static_cast<double>(value)), whole_(0), kind_(Kind::real) {}

  bool is_real() const { return kind_ == Kind::real; }
  bool is_bool() const { return kind_ == Kind::boolean; }
  /// A whole number from 2^63 to 2^64 - 1, which no integer dtype holds.
  bool is_large() const { return kind_ == Kind::large; }
  /// The nearest double.
  double real() const { return real_; }
  /// The number as a whole one. Throws ValueError for a large number and for one that is no int64.
  std::int64_t whole() const;
  /// The low 64 bits of a whole number; of a large one all of it.
  std::uint64_t bits() const { return static_cast<std::uint64_t>(whole_); }
  /// "true", "-3", "18446744073709551615", "0.5".
  std::string to_string() const;

 private:
  enum class Kind : std::uint8_t { boolean, whole, large, real };
  double real_;
  std::int64_t whole_;  // the low 64 bits of a large number
  Kind kind_;
};

/// One value in the making: its shape and dtype are known at once, its elements when somebody reads them.
/// Copies are cheap and share the value. A default-constructed or moved-from Tensor is empty: every use but
/// assignment, destruction and defined() throws StateError.
class Tensor {
 public:
  Tensor() noexcept = default;
  Tensor(const Tensor& other) noexcept;
  Tensor(Tensor&& other) noexcept : node_(other.node_), out_(other.out_) { other.node_ = nullptr; }
  Tensor& operator=(const Tensor& other) noexcept;
  Tensor& operator=(Tensor&& other) noexcept;
  ~Tensor();

  bool defined() const noexcept { return node_ != nullptr; }
  const Shape& shape() const;
  DType dtype() const;
  int rank() const { return shape().rank(); }
  /// Extent of an axis; a negative axis counts from the end. Throws ShapeError when out of range.
  std::int64_t extent(int axis) const;
  std::int64_t elements() const { return shape().elements(); }
  /// True once the elements are in memory.
  bool evaluated() const;

  /// The only element of a tensor with one element, evaluated if need be. T must be the C++ type of dtype(),
  /// or double, which reads every dtype. Throws ShapeError (not one element), DTypeError, GraphError (while
  /// tracing; names the caller's line).
  template <class T>
  T item(std::source_location at = std::source_location::current()) const;
  /// All elements in row-major order; T as for item().
  template <class T>
  std::vector<T> to_vector(std::source_location at = std::source_location::current()) const;
  /// Evaluates and gives the bytes, row-major, valid as long as this handle lives.
  std::span<const std::byte> bytes(std::source_location at = std::source_location::current()) const;

  /// "f32[2,2] {{1, 2}, {3, 4}}", long tensors shortened; evaluates.
  std::string to_string() const;

  /// One place on the first axis, which disappears: select(x, 0, index).
  Tensor operator[](std::int64_t index) const;

  // x.sum(1) is sum(x, 1): each is the function of its name, which tells shapes, dtypes and errors.
  Tensor sum() const;
  Tensor sum(const Axes& axes) const;
  Tensor sum(const Axes& axes, Keep keep) const;
  Tensor mean() const;
  Tensor mean(const Axes& axes) const;
  Tensor mean(const Axes& axes, Keep keep) const;
  Tensor prod() const;
  Tensor prod(const Axes& axes) const;
  Tensor prod(const Axes& axes, Keep keep) const;
  Tensor max() const;
  Tensor max(const Axes& axes) const;
  Tensor max(const Axes& axes, Keep keep) const;
  Tensor min() const;
  Tensor min(const Axes& axes) const;
  Tensor min(const Axes& axes, Keep keep) const;
  Tensor any() const;
  Tensor any(const Axes& axes) const;
  Tensor any(const Axes& axes, Keep keep) const;
  Tensor all() const;
  Tensor all(const Axes& axes) const;
  Tensor all(const Axes& axes, Keep keep) const;
  Tensor logsumexp() const;
  Tensor logsumexp(const Axes& axes) const;
  Tensor logsumexp(const Axes& axes, Keep keep) const;
  Tensor var() const;
  Tensor var(const Axes& axes) const;
  Tensor var(const Axes& axes, Keep keep) const;
  Tensor norm() const;
  Tensor argmax() const;
  Tensor argmax(int axis) const;
  Tensor argmax(int axis, Keep keep) const;
  Tensor argmin() const;
  Tensor argmin(int axis) const;
  Tensor argmin(int axis, Keep keep) const;
  Tensor abs() const;
  Tensor exp() const;
  Tensor log() const;
  Tensor sqrt() const;
  Tensor rsqrt() const;
  Tensor square() const;
  Tensor sin() const;
  Tensor cos() const;
  Tensor round() const;
  Tensor reciprocal() const;
  Tensor pow(const Operand& exponent) const;
  Tensor tanh() const;
  Tensor sigmoid() const;
  Tensor relu() const;
  Tensor softmax(std::int64_t axis = -1) const;
  Tensor matmul(const Tensor& other) const;
  Tensor reshape(const Shape& shape) const;
  Tensor flatten(int first = 0, int last = -1) const;
  Tensor squeeze() const;
  Tensor squeeze(const Axes& axes) const;
  Tensor unsqueeze(const Axes& axes) const;
  Tensor transpose(int axis_a = -2, int axis_b = -1) const;
  Tensor permute(const std::vector<int>& order) const;
  Tensor cast(DType dtype) const;
  Tensor stop_gradient() const;

  Node* node() const noexcept { return node_; }
  int output() const noexcept { return out_; }
  /// Internal: a new handle to output `out` of `node`.
  Tensor(Node* node, int out) noexcept;

 private:
  Node* node_ = nullptr;
  int out_ = 0;
};

using Tensors = std::vector<Tensor>;

/// A tensor holding `values` in row-major order. Throws ShapeError when their number is not the shape's.
template <class T>
Tensor tensor(std::span<const T> values, const Shape& shape);
template <class T>
Tensor tensor(std::initializer_list<T> values, const Shape& shape) {
  return tensor(std::span<const T>(values.begin(), values.size()), shape);
}
template <class T>
Tensor tensor(const std::vector<T>& values, const Shape& shape) {
  if constexpr (std::same_as<T, bool>) {
    std::vector<std::uint8_t> bytes(values.begin(), values.end());
    return tensor(std::span<const bool>(reinterpret_cast<const bool*>(bytes.data()), bytes.size()), shape);
  } else {
    return tensor(std::span<const T>(values), shape);
  }
}
/// Copies raw row-major bytes of the given dtype.
Tensor tensor_from_bytes(std::span<const std::byte> bytes, DType dtype, const Shape& shape);
/// A rank-0 tensor; its value is a run-time input of whatever program uses it, so changing it compiles
/// nothing.
Tensor scalar(Scalar value, DType dtype = f32);

/// Constants of a shape. Nothing is stored until somebody needs the elements.
Tensor full(const Shape& shape, Scalar value, DType dtype = f32);
Tensor zeros(const Shape& shape, DType dtype = f32);
Tensor ones(const Shape& shape, DType dtype = f32);
/// start, start+step, … below stop. Throws ValueError for step 0 or a non-finite bound.
Tensor arange(Scalar start, Scalar stop, Scalar step = 1, DType dtype = i64);
/// The unit matrix [rows, rows].
Tensor eye(std::int64_t rows, DType dtype = f32);

/// Evaluates all of them in one program, together with whatever else on the way is still held.
void eval(std::span<const Tensor> tensors);
void eval(std::initializer_list<Tensor> tensors);

std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace luge
