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

namespace detail {
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8;
}  // namespace detail

/// A C++ number in an expression with tensors. It takes the dtype of a floating tensor. A fractional number
/// with an integer or bool tensor throws DTypeError; write cast. Whole numbers of each C++ type up to 64 bits
/// keep their value.
class Scalar {
 public:
  /// Makes a truth value.
  Scalar(bool value) : real_(value), whole_(value), kind_(Kind::boolean) {}
  /// Makes a whole number.
  template <detail::WholeNumber T>
  Scalar(T value)
      : real_(static_cast<double>(value)),
        whole_(static_cast<std::int64_t>(value)),
        kind_(value > 0 && whole_ < 0 ? Kind::large : Kind::whole) {}
  /// Makes a real number.
  template <std::floating_point T>
  Scalar(T value) : real_(static_cast<double>(value)), whole_(0), kind_(Kind::real) {}

  /// Returns true when it was made from a float or a double.
  bool is_real() const { return kind_ == Kind::real; }
  /// Returns true when it was made from a bool.
  bool is_bool() const { return kind_ == Kind::boolean; }
  /// Returns true for a whole number from 2^63 to 2^64 - 1, which no integer dtype holds.
  bool is_large() const { return kind_ == Kind::large; }
  /// Returns the number as a double, rounded to the nearest.
  double real() const { return real_; }
  /// Returns the number as an integer; a fraction is cut off. Throws ValueError when it does not fit into
  /// int64.
  std::int64_t whole() const;
  /// Returns the low 64 bits of a whole number; of a large one all of it.
  std::uint64_t bits() const { return static_cast<std::uint64_t>(whole_); }
  /// Returns the number as text: "true", "-3", "18446744073709551615", "0.5".
  std::string to_string() const;

 private:
  enum class Kind : std::uint8_t { boolean, whole, large, real };
  double real_;
  std::int64_t whole_;  // the low 64 bits of a large number
  Kind kind_;
};

/// One value of a graph. Its shape and dtype are known at once; its elements are computed when they are read.
/// Copies are cheap and share the value. A default-constructed or moved-from Tensor is empty: every use
/// except assignment, destruction and defined() throws StateError.
///
///     Tensor x = tensor({1.f, 2.f, 3.f, 4.f}, {2, 2});
///     float total = (x * 2).sum().item<float>();  // 20
class Tensor {
 public:
  Tensor() noexcept = default;  ///< an empty Tensor
  Tensor(const Tensor& other) noexcept;
  Tensor(Tensor&& other) noexcept : node_(other.node_), out_(other.out_) { other.node_ = nullptr; }
  Tensor& operator=(const Tensor& other) noexcept;
  Tensor& operator=(Tensor&& other) noexcept;
  ~Tensor();

  /// Returns false for an empty Tensor.
  bool defined() const noexcept { return node_ != nullptr; }
  /// Returns the shape; some extents may be unknown.
  const Shape& shape() const;
  /// Returns the type of the elements.
  DType dtype() const;
  /// Returns the number of axes.
  int rank() const { return shape().rank(); }
  /// Returns the extent of an axis. A negative axis counts from the end. Throws ShapeError when the axis is
  /// out of range.
  std::int64_t extent(int axis) const;
  /// Returns the number of elements. Throws ShapeError when an extent is unknown.
  std::int64_t elements() const { return shape().elements(); }
  /// Returns true when the elements are in memory.
  bool evaluated() const;

  /// Returns the element of a tensor with one element, and evaluates the tensor first if necessary. T must be
  /// the C++ type of dtype(), or double, which reads every dtype. Throws ShapeError when there is not exactly
  /// one element, DTypeError when T does not match, and GraphError naming the caller's line while a function
  /// is traced.
  template <class T>
  T item(std::source_location at = std::source_location::current()) const;
  /// Returns all elements in row-major order. T and the errors are those of item().
  template <class T>
  std::vector<T> to_vector(std::source_location at = std::source_location::current()) const;
  /// Evaluates the tensor and returns its bytes in row-major order. They are valid as long as this handle
  /// lives. Throws GraphError while a function is traced.
  std::span<const std::byte> bytes(std::source_location at = std::source_location::current()) const;

  /// Evaluates the tensor and returns it as text, such as "f32[2,2] {{1, 2}, {3, 4}}". Axes with more than 8
  /// entries are shortened.
  std::string to_string() const;

  /// Returns the slice at one index of the first axis, without that axis: select(x, 0, index).
  Tensor operator[](std::int64_t index) const;

  /// @name Functions as members
  /// @{

  /// Calls the function of the same name with this tensor as its first argument: x.max(1) is max(x, 1). The
  /// function states shapes, dtypes and errors.
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
  /// @}

  /// Internal: the node that computes this value.
  Node* node() const noexcept { return node_; }
  /// Internal: which output of the node this value is.
  int output() const noexcept { return out_; }
  /// Internal: makes a handle to output `out` of `node`.
  Tensor(Node* node, int out) noexcept;

 private:
  Node* node_ = nullptr;
  int out_ = 0;
};

/// A list of tensors.
using Tensors = std::vector<Tensor>;

/// Returns a tensor that holds a copy of `values` in row-major order; its dtype is dtype_of<T>. Throws
/// ShapeError when the number of values is not the number of elements of `shape`.
template <class T>
Tensor tensor(std::span<const T> values, const Shape& shape);
/// Returns a tensor with the values of a list in braces: tensor({1.f, 2.f}, {2}). Throws as above.
template <class T>
Tensor tensor(std::initializer_list<T> values, const Shape& shape) {
  return tensor(std::span<const T>(values.begin(), values.size()), shape);
}
/// Returns a tensor with the values of a vector. Throws as above.
template <class T>
Tensor tensor(const std::vector<T>& values, const Shape& shape) {
  if constexpr (std::same_as<T, bool>) {
    std::vector<std::uint8_t> bytes(values.begin(), values.end());
    return tensor(std::span<const bool>(reinterpret_cast<const bool*>(bytes.data()), bytes.size()), shape);
  } else {
    return tensor(std::span<const T>(values), shape);
  }
}
/// Returns a tensor from a copy of raw bytes: elements of `dtype` in row-major order. Throws ShapeError when
/// the number of bytes does not match.
Tensor tensor_from_bytes(std::span<const std::byte> bytes, DType dtype, const Shape& shape);
/// Returns a rank-0 tensor. Its value is a run-time input of each program that uses it, so programs are not
/// compiled again for another value. Throws DTypeError for a fraction with an integer or bool dtype, and
/// ValueError for a number that is out of the range of the dtype.
Tensor scalar(Scalar value, DType dtype = f32);

/// Returns a tensor whose elements all have one value. No memory is used until the elements are needed.
/// Throws ShapeError when `shape` has an unknown extent.
Tensor full(const Shape& shape, Scalar value, DType dtype = f32);
/// Returns a tensor of zeros, or of false for a bool dtype. Throws as full does.
Tensor zeros(const Shape& shape, DType dtype = f32);
/// Returns a tensor of ones, or of true for a bool dtype. Throws as full does.
Tensor ones(const Shape& shape, DType dtype = f32);
/// Returns the numbers start, start + step, … before stop. Throws ValueError for step 0 and for a bound that
/// is not finite. Source: NumPy arange.
Tensor arange(Scalar start, Scalar stop, Scalar step = 1, DType dtype = i64);
/// Returns the identity matrix [rows, rows]. Source: NumPy eye.
Tensor eye(std::int64_t rows, DType dtype = f32);

/// Evaluates several tensors in one program. Values on the way to them are kept when a Tensor still refers to
/// them.
void eval(std::span<const Tensor> tensors);
/// Evaluates the tensors of a list in braces: eval({loss, accuracy}).
void eval(std::initializer_list<Tensor> tensors);

/// Writes tensor.to_string().
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace luge
