#include "luge/tensor.h"

#include <fmt/format.h>

#include <cstring>
#include <ostream>

#include "core/dispatch.h"
#include "graph/evaluator.h"
#include "graph/node.h"
#include "graph/trace.h"

namespace luge {
namespace {

Output& checked_output(const Tensor& tensor) {
  if (!tensor.defined())
    throw StateError("this tensor is empty (default-constructed or moved from); assign it first");
  return tensor.node()->outputs[static_cast<std::size_t>(tensor.output())];
}

// Reading inside a trace would freeze one call's value into every later call.
BufferRef readable(const Tensor& tensor, const std::source_location& at) {
  Output& out = checked_output(tensor);
  if (values_come_later() && (!tensor.evaluated() || tensor.node()->leaf == Leaf::scalar)) {
    throw GraphError(fmt::format(
        "{}:{}: the value of a tensor ({}) is read while a function is being compiled; it has none "
        "yet: return the tensor from the function, or use where() instead of a branch",
        at.file_name(), at.line(), out.type.to_string()));
  }
  return evaluator().read(tensor);
}

template <class T>
void check_type(const Tensor& tensor) {
  if (dtype_of<T> == tensor.dtype() || std::same_as<T, double>) return;
  throw DTypeError(fmt::format("a tensor of {} is read as {}; read it as {} or double, or cast it first",
                               name(tensor.dtype()), name(dtype_of<T>), name(tensor.dtype())));
}

}  // namespace

Tensor::Tensor(Node* node, int out) noexcept : node_(node), out_(out) {
  retain(node_);
  node_->outputs[static_cast<std::size_t>(out_)].handles.fetch_add(1, std::memory_order_relaxed);
}

Tensor::Tensor(const Tensor& other) noexcept : node_(other.node_), out_(other.out_) {
  if (!node_) return;
  retain(node_);
  node_->outputs[static_cast<std::size_t>(out_)].handles.fetch_add(1, std::memory_order_relaxed);
}

Tensor& Tensor::operator=(const Tensor& other) noexcept { return *this = Tensor(other); }

Tensor& Tensor::operator=(Tensor&& other) noexcept {
  std::swap(node_, other.node_);
  std::swap(out_, other.out_);
  if (this != &other) Tensor(std::move(other));
  return *this;
}

Tensor::~Tensor() {
  if (!node_) return;
  node_->outputs[static_cast<std::size_t>(out_)].handles.fetch_sub(1, std::memory_order_relaxed);
  release(node_);
}

const Shape& Tensor::shape() const { return checked_output(*this).type.shape; }
DType Tensor::dtype() const { return checked_output(*this).type.dtype; }

std::int64_t Tensor::extent(int axis) const {
  const Shape& s = shape();
  const int wanted = axis < 0 ? axis + s.rank() : axis;
  if (wanted < 0 || wanted >= s.rank()) {
    throw ShapeError(fmt::format("axis {} of a tensor of shape {}: expected {} to {}", axis, s.to_string(),
                                 -s.rank(), s.rank() - 1));
  }
  return s[wanted];
}

bool Tensor::evaluated() const {
  Output& out = checked_output(*this);
  const std::lock_guard lock(engine_mutex());
  return out.value != nullptr || node_->leaf == Leaf::scalar || node_->leaf == Leaf::key;
}

std::span<const std::byte> Tensor::bytes(std::source_location at) const {
  const BufferRef buffer = readable(*this, at);
  // The node keeps the buffer, and this handle keeps the node.
  return {buffer->data(), static_cast<std::size_t>(elements()) * size_of(dtype())};
}

template <class T>
std::vector<T> Tensor::to_vector(std::source_location at) const {
  check_type<T>(*this);
  const BufferRef buffer = readable(*this, at);
  std::vector<T> values(static_cast<std::size_t>(elements()));
  dispatch(dtype(), [&]<class From>() {
    const auto* from = reinterpret_cast<const From*>(buffer->data());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = convert_element<T>(from[i]);
  });
  return values;
}

template <class T>
T Tensor::item(std::source_location at) const {
  if (elements() != 1) {
    throw ShapeError(
        fmt::format("item() needs a tensor with one element, got shape {}", shape().to_string()));
  }
  return to_vector<T>(at)[0];
}

template <class T>
Tensor tensor(std::span<const T> values, const Shape& shape) {
  if (static_cast<std::int64_t>(values.size()) != shape.elements()) {
    throw ShapeError(fmt::format("{} values do not fill shape {}, which has {} elements", values.size(),
                                 shape.to_string(), shape.elements()));
  }
  return tensor_from_bytes(std::as_bytes(values), dtype_of<T>, shape);
}

Tensor tensor_from_bytes(std::span<const std::byte> bytes, DType dtype, const Shape& shape) {
  const std::size_t needed = static_cast<std::size_t>(shape.elements()) * size_of(dtype);
  if (bytes.size() != needed) {
    throw ShapeError(fmt::format("{} bytes do not fill {}, which has {}", bytes.size(),
                                 Type{dtype, shape}.to_string(), needed));
  }
  auto buffer = std::make_shared<Buffer>(needed);
  if (needed) std::memcpy(buffer->data(), bytes.data(), needed);
  return data_leaf(std::move(buffer), {dtype, shape});
}

#define LUGE_ELEMENT(T)                                                     \
  template T Tensor::item<T>(std::source_location) const;                   \
  template std::vector<T> Tensor::to_vector<T>(std::source_location) const; \
  template Tensor tensor<T>(std::span<const T>, const Shape&);
LUGE_ELEMENT(float)
LUGE_ELEMENT(double)
LUGE_ELEMENT(bfloat16)
LUGE_ELEMENT(float16)
LUGE_ELEMENT(std::int8_t)
LUGE_ELEMENT(std::uint8_t)
LUGE_ELEMENT(std::int16_t)
LUGE_ELEMENT(std::int32_t)
LUGE_ELEMENT(std::int64_t)
LUGE_ELEMENT(bool)
#undef LUGE_ELEMENT

void eval(std::span<const Tensor> tensors) { evaluator().evaluate(tensors); }
void eval(std::initializer_list<Tensor> tensors) { eval(std::span(tensors.begin(), tensors.size())); }

namespace {

// Long axes show their first and last three entries.
template <class T>
void print(std::string& text, const T* values, const Shape& shape, int axis, std::size_t& at) {
  if (axis == shape.rank()) {
    if constexpr (std::integral<T>) {
      text += fmt::format("{}", static_cast<std::int64_t>(values[at]));
    } else {
      text += fmt::format("{:.6g}", convert_element<double>(values[at]));
    }
    ++at;
    return;
  }
  std::size_t stride = 1;
  for (int k = axis + 1; k < shape.rank(); ++k) stride *= static_cast<std::size_t>(shape[k]);
  text += '{';
  for (std::int64_t i = 0; i < shape[axis]; ++i) {
    if (shape[axis] > 8 && i == 3) {
      text += ", …";
      at += stride * static_cast<std::size_t>(shape[axis] - 6);
      i = shape[axis] - 4;
      continue;
    }
    if (i) text += ", ";
    print(text, values, shape, axis + 1, at);
  }
  text += '}';
}

}  // namespace

std::string Tensor::to_string() const {
  const Type type{dtype(), shape()};
  std::string text = type.to_string();
  if (!type.shape.known()) return text;
  text += ' ';
  std::size_t at = 0;
  const std::span<const std::byte> elements = bytes();
  dispatch(type.dtype,
           [&]<class T>() { print(text, reinterpret_cast<const T*>(elements.data()), type.shape, 0, at); });
  return text;
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << tensor.to_string(); }

}  // namespace luge
